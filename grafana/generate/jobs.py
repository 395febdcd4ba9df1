"""Jobs: training jobs that the exporter started or only records."""
from dashboard import Dashboard, Row
from links import act_on
from panels import graph, stat
from promql import Query, mean, now, top_series
from tables import Label, Value, table
from values import BLUE, GREEN, GREY, ORANGE, ORANGE_FROM_1, RED

BY = "project, training_job"


def count(status: str) -> str:
    return f'sum(fleet_jobs{{JOB, status="{status}"}})'


DASHBOARD = Dashboard("jobs", "Jobs", "Training jobs: counts, run times and reported metrics.", (
    Row("", (
        stat("Running", "Jobs that are running.", now(count("running")), width=6),
        stat("Pending", "Jobs that have not started yet.", now(count("pending")), width=6),
        stat("Completed", "Recorded jobs that succeeded.", now(count("completed")), width=6),
        stat("Failed", "Recorded jobs that failed.", now(count("failed")), thresholds=ORANGE_FROM_1, width=6),
    )),
    Row("", (
        table("Running jobs", "Longest running first. Click a job to inspect or end it in the web interface.", Label("training_job", "Job", (act_on("jobs"),)),
              Label("project", "Project"), Value("Run time", f"max by ({BY}) (fleet_job_running_seconds{{JOB}})", "s", decimals=1),
              Value("Metrics", f"count by ({BY}) (fleet_job_metric{{JOB}}) and on ({BY}) max by ({BY}) (fleet_job_running_seconds{{JOB}})"), sort="Run time", width=12, height=9),
        table("Reported metrics", "Last value of each metric of each job.", Label("training_job", "Job", (act_on("jobs"),)), Label("project", "Project"),
              Label("name", "Metric"), Value("Value", f"max by ({BY}, name) (fleet_job_metric{{JOB}})", "sci"), sort="Job", ascending=True, width=12, height=9),
    )),
    Row("Over time", (
        graph("Jobs by status", "Number of jobs in each status.", Query("sum by (status) (fleet_jobs{JOB})", "{{status}}"), unit="short",
              colors={"running": GREEN, "pending": GREY, "completed": BLUE, "cancelled": ORANGE, "failed": RED}),
        graph("Loss", "Job metrics with loss in their name; the 12 highest.", Query(
            top_series(12, 'fleet_job_metric{JOB, name=~".*loss.*"}', mean('fleet_job_metric{JOB, name=~".*loss.*"}'), f"{BY}, name"), "{{training_job}} {{name}}"), unit="sci", low=None),
    )),
), variables=())

"""Jobs: training jobs that the service runs or is told of."""
from dashboard import Dashboard, Row
from links import act_on
from panels import graph, stat
from promql import Query, mean, most, now
from tables import Label, Value, table
from values import ANY_IS_ODD, BLUE, GREEN, GREY, ORANGE, RED

BY = "project, training_job"


def count(status: str) -> str:
    return f'sum(fleet_jobs{{JOB, status="{status}"}})'


DASHBOARD = Dashboard("jobs", "Jobs", "Training jobs: how many, how long they have run, and what they report.", (
    Row("", (
        stat("Running", "Jobs that run now.", now(count("running")), width=6),
        stat("Waiting", "Jobs that wait for their start.", now(count("pending")), width=6),
        stat("Completed", "Jobs on record that ended well.", now(count("completed")), width=6),
        stat("Failed", "Jobs on record that ended badly.", now(count("failed")), thresholds=ANY_IS_ODD, width=6),
    )),
    Row("", (
        table("Jobs that run", "The longest first. Click a job to look into it, or to end it, on the service's page.", Label("training_job", "Job", (act_on("jobs"),)),
              Label("project", "Project"), Value("Runs for", f"max by ({BY}) (fleet_job_running_seconds{{JOB}})", "s", decimals=1),
              Value("Values reported", f"count by ({BY}) (fleet_job_metric{{JOB}}) and on ({BY}) max by ({BY}) (fleet_job_running_seconds{{JOB}})"), sort="Runs for", width=12, height=9),
        table("What jobs report", "The last value of each metric of each job.", Label("training_job", "Job", (act_on("jobs"),)), Label("project", "Project"),
              Label("name", "Metric"), Value("Value", f"max by ({BY}, name) (fleet_job_metric{{JOB}})", "sci"), sort="Job", ascending=True, width=12, height=9),
    )),
    Row("Over time", (
        graph("Jobs by status", "How many jobs are in each status.", Query("sum by (status) (fleet_jobs{JOB})", "{{status}}"), unit="short",
              colors={"running": GREEN, "pending": GREY, "completed": BLUE, "cancelled": ORANGE, "failed": RED}),
        graph("Loss", "Metrics of jobs whose name has loss in it, the 12 highest.", Query(
            most(12, 'fleet_job_metric{JOB, name=~".*loss.*"}', mean('fleet_job_metric{JOB, name=~".*loss.*"}'), f"{BY}, name"), "{{training_job}} {{name}}"), unit="sci", low=None),
    )),
), variables=())

/* An nvidia-smi that costs what the real one does on an H100 (driver 580, 2026-11-26): 16 ms of CPU time at its start, 51 ms for the whole report, and
   with -lms 0.77 ms per sample of GPUs and 0.22 ms per sample of processes. answer.py generates the rows of each query once. Each answer to a query of
   GPUs, one per poll, appends a byte to `polls`. All files are in HOME/smi. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char bytes[65536];

/* Uses the CPU until the process has used this much of it. */
static void burn_until(long microseconds)
{
    struct timespec used;
    do
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    while (used.tv_sec * 1000000L + used.tv_nsec / 1000 < microseconds);
}

static void burn(long microseconds)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    burn_until(used.tv_sec * 1000000L + used.tv_nsec / 1000 + microseconds);
}

static long content(const char *name)
{
    int file = open(name, O_RDONLY);
    long length = file < 0 ? -1 : read(file, bytes, sizeof bytes - 1);
    close(file);
    if (length >= 0)
        bytes[length] = 0;
    return length;
}

/* Prints the rows in `bytes`, each after the time if asked for it. */
static void print_rows(int timestamps)
{
    struct timespec now;
    struct tm parts;
    char time[32], line[65536 + 40 * 64];
    size_t used = 0;

    clock_gettime(CLOCK_REALTIME, &now);
    strftime(time, sizeof time, "%Y/%m/%d %H:%M:%S", localtime_r(&now.tv_sec, &parts));
    for (char *row = bytes, *end; *row && (end = strchr(row, '\n')); row = end + 1) {
        if (timestamps)
            used += sprintf(line + used, "%s.%03ld, ", time, now.tv_nsec / 1000000);
        memcpy(line + used, row, end + 1 - row);
        used += end + 1 - row;
    }
    if (used > 0 && write(1, line, used) < 0)
        exit(0);
}

int main(int count, char **words)
{
    char *asked = count > 1 ? words[1] : "", *fields, answer[32];
    int gpus = strncmp(asked, "--query-gpu=", 12) == 0, timestamps = 0, polls, interval = 0;

    burn_until(strcmp(asked, "-q") == 0 ? 51000 : 16000);
    if (chdir(HOME "/smi") != 0)
        return 1;
    if (strcmp(asked, "--help-query-gpu") == 0 || strcmp(asked, "-q") == 0) {
        content(*(asked + 1) == 'q' ? "report" : "help");
        return write(1, bytes, strlen(bytes)) < 0;
    }
    for (int i = 2; i + 1 < count; i++)
        if (strcmp(words[i], "-lms") == 0)
            interval = atoi(words[i + 1]);
    if ((fields = strstr(asked, "=timestamp,")) != NULL) {
        timestamps = 1;
        memmove(fields + 1, fields + 11, strlen(fields + 11) + 1);
    }
    snprintf(answer, sizeof answer, "answer.%zu", strlen(asked));
    if (content(answer) < 0) {
        if (fork() == 0)
            execl("/usr/bin/python3", "python3", "answer.py", asked, answer, (char *)0);
        wait(NULL);
        content(answer);
    }
    do {
        if (gpus) {
            polls = open("polls", O_WRONLY | O_APPEND);
            if (write(polls, ".", 1) != 1)
                return 1;
            close(polls);
        }
        print_rows(timestamps);
        if (interval > 0) {
            burn(gpus ? 770 : 220);
            usleep(interval * 1000);
        }
    } while (interval > 0);
    return 0;
}

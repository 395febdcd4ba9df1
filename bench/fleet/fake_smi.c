/* An nvidia-smi that costs next to nothing: it copies a file to its output. answer.py generates the answer to each query once. Each GPU query,
   one per poll, appends a byte to `polls`. All files are in HOME/smi. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int count, char **words)
{
    const char *asked = count > 1 ? words[1] : "";
    char answer[32], bytes[65536];
    ssize_t length;
    int file;

    if (chdir(HOME "/smi") != 0)
        return 1;
    if (strncmp(asked, "--query-gpu=", 12) == 0) {
        file = open("polls", O_WRONLY | O_APPEND);
        if (write(file, ".", 1) != 1)
            return 1;
        close(file);
    }
    snprintf(answer, sizeof answer, "answer.%zu", strlen(asked));
    file = open(strcmp(asked, "--help-query-gpu") == 0 ? "help" : strcmp(asked, "-q") == 0 ? "report" : answer, O_RDONLY);
    if (file < 0) {
        execl("/usr/bin/python3", "python3", "answer.py", asked, answer, (char *)0);
        return 1;
    }
    while ((length = read(file, bytes, sizeof bytes)) > 0)
        if (write(1, bytes, length) != length)
            return 1;
    return 0;
}

/* Makes or removes a volume's folder: volume -p PATH -s BYTES -m MODE -a create|delete, as local-path-provisioner calls it. */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_FOLDERS = 16, FOR_EVERYONE = 0777 };

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where) {
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

static int create(const char *path) {
    if (mkdir(path, FOR_EVERYONE) && errno != EEXIST) {
        return -1;
    }
    return chmod(path, FOR_EVERYONE); /* mkdir's mode went through the umask */
}

static int delete(const char *path) {
    if (nftw(path, remove_entry, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) && errno != ENOENT) {
        return -1;
    }
    return 0;
}

int main(int count, char **words) {
    const char *path = NULL;
    const char *action = "";
    int option;
    while ((option = getopt(count, words, "p:s:m:a:")) != -1) {
        if (option == 'p') {
            path = optarg;
        } else if (option == 'a') {
            action = optarg;
        } else if (option == '?') {
            return 2;
        }
    }
    if (!path || (strcmp(action, "create") && strcmp(action, "delete"))) {
        fprintf(stderr, "usage: volume -p PATH -s BYTES -m MODE -a create|delete\n");
        return 2;
    }
    if (strcmp(action, "create") ? delete(path) : create(path)) {
        perror(path);
        return 1;
    }
    return 0;
}

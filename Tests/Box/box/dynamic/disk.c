/* A disk that can be told to fail, and whose power can be cut. Loaded before libc (LD_PRELOAD) into the server under test.
 *
 * HOMING_DISK_ROOT     what lies below this directory is on that disk
 * HOMING_DISK_SHADOW   where a copy is kept of what a power cut would leave: the contents that were synced, under names that were
 * HOMING_DISK_FAULTS   a file of octets; those that are not 0 are errors: [0] of syncs, [1] of writes, [2] of opening for writing;
 *                      [3] makes syncs do nothing and say that they did
 * HOMING_DISK_LENIENT  1: a synced file has its name, too, as ext4 does it; without, a name counts when its directory was synced
 *
 * A sync copies the whole file as it is then, so writing by any way at all (mmap, stdio) is seen. Files are told apart by
 * inode and time of birth, since inode numbers are used again. Directories outlive a power cut.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { BLOCK = 65536, LONGEST = 4096, FAULTS = 16 };
enum fault { SYNC, WRITE, OPEN, SYNC_SAYS_SO };

static const char *root, *shadow;
static volatile unsigned char *faults;
static int lenient;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* The path of an open file, and whether it is on the disk. */
static int on_disk(int fd, char path[LONGEST])
{
    char link[64];
    if (!root) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, LONGEST - 1);
    if (length < 0) return 0;
    path[length] = 0;
    size_t prefix = strlen(root);
    return strncmp(path, root, prefix) == 0 && (path[prefix] == '/' || path[prefix] == 0);
}

static int failing(enum fault which) { return faults && faults[which]; }

/* --- The shadow --- */

static int identify(int directory, const char *name, int flags, char key[64])
{
    struct statx found;
    if (statx(directory, name, flags, STATX_INO | STATX_BTIME, &found) < 0) return -1;
    snprintf(key, 64, "%llu-%lld.%u", (unsigned long long)found.stx_ino, (long long)found.stx_btime.tv_sec, found.stx_btime.tv_nsec);
    return 0;
}

static void list_path(const char *directory, char path[LONGEST])
{
    int length = snprintf(path, LONGEST, "%s/names/", shadow);
    const char *rest = directory + strlen(root);
    for (; *rest && length < LONGEST - 2; rest++) path[length++] = *rest == '/' ? '%' : *rest;
    path[length++] = '%';
    path[length] = 0;
}

static int copy_to_shadow(int source, const char *key)
{
    static char ours[BLOCK], theirs[BLOCK];
    char path[LONGEST];
    snprintf(path, sizeof path, "%s/contents/%s", shadow, key);
    int target = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (target < 0) return -1;
    off_t at = 0;
    for (;;) {
        ssize_t count = pread(source, ours, BLOCK, at);
        if (count <= 0) break;
        if (pread(target, theirs, (size_t)count, at) != count || memcmp(ours, theirs, (size_t)count) != 0)
            if (syscall(SYS_pwrite64, target, ours, count, at) != count) break;
        at += count;
    }
    int result = (int)syscall(SYS_ftruncate, target, at);
    close(target);
    return result;
}

static void remember_name(const char *path, const char *key)
{
    char directory[LONGEST], list[LONGEST], line[LONGEST];
    snprintf(directory, sizeof directory, "%s", path);
    char *slash = strrchr(directory, '/');
    *slash = 0;
    list_path(directory, list);
    int length = snprintf(line, sizeof line, "%s\t%s\n", slash + 1, key);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, list, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) return;
    syscall(SYS_write, fd, line, length);
    close(fd);
}

static void remember_directory(const char *directory)
{
    char list[LONGEST], fresh[LONGEST], key[64];
    list_path(directory, list);
    snprintf(fresh, sizeof fresh, "%.4000s.new", list);
    DIR *entries = opendir(directory);
    FILE *file = fopen(fresh, "w");
    for (struct dirent *entry; entries && file && (entry = readdir(entries));)
        if (entry->d_type == DT_REG && identify(dirfd(entries), entry->d_name, 0, key) == 0) fprintf(file, "%s\t%s\n", entry->d_name, key);
    if (entries) closedir(entries);
    if (file && fclose(file) == 0) rename(fresh, list);
}

static void remember_all(const char *directory)
{
    DIR *entries = opendir(directory);
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        char path[LONGEST], key[64], kept[LONGEST];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        snprintf(path, sizeof path, "%.3000s/%s", directory, entry->d_name);
        if (entry->d_type == DT_DIR) remember_all(path);
        if (entry->d_type != DT_REG || identify(AT_FDCWD, path, 0, key) < 0) continue;
        snprintf(kept, sizeof kept, "%s/contents/%s", shadow, key);
        int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
        if (fd >= 0 && access(kept, F_OK) != 0) copy_to_shadow(fd, key);
        if (fd >= 0) close(fd);
    }
    if (entries) closedir(entries);
    remember_directory(directory);
}

static int synced(int fd, const char *path)
{
    char link[64], key[64];
    struct stat status;
    if (!shadow || fstat(fd, &status) < 0) return 0;
    pthread_mutex_lock(&lock);
    if (S_ISDIR(status.st_mode)) {
        remember_directory(path);
    } else if (identify(fd, "", AT_EMPTY_PATH, key) == 0) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);  /* it may be open for writing alone */
        int source = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC);
        if (source >= 0) {
            copy_to_shadow(source, key);
            close(source);
        }
        if (lenient && status.st_nlink > 0) remember_name(path, key);
    }
    pthread_mutex_unlock(&lock);
    return 0;
}

/* What is there at the start is on the disk. */
__attribute__((constructor)) static void begin(void)
{
    char path[LONGEST];
    root = getenv("HOMING_DISK_ROOT");
    if (!root) return;
    lenient = getenv("HOMING_DISK_LENIENT") != NULL;
    const char *told = getenv("HOMING_DISK_FAULTS");
    int fd = told ? open(told, O_RDWR | O_CLOEXEC) : -1;
    if (fd >= 0) {
        void *mapped = mmap(NULL, FAULTS, PROT_READ, MAP_SHARED, fd, 0);
        if (mapped != MAP_FAILED) faults = mapped;
        close(fd);
    }
    shadow = getenv("HOMING_DISK_SHADOW");
    if (!shadow) return;
    for (const char *const *part = (const char *const[]){"", "/names", "/contents", NULL}; *part; part++) {
        snprintf(path, sizeof path, "%s%s", shadow, *part);
        mkdir(path, 0700);
    }
    remember_all(root);
}

/* --- What the server calls --- */

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int sync_file(int fd, int (*real)(int))
{
    char path[LONGEST];
    if (!on_disk(fd, path)) return real(fd);
    if (failing(SYNC)) {
        errno = faults[SYNC];
        return -1;
    }
    if (failing(SYNC_SAYS_SO)) return 0;
    int result = real(fd);
    return result < 0 ? result : synced(fd, path);
}

int fsync(int fd) { return sync_file(fd, REAL(fsync)); }
int fdatasync(int fd) { return sync_file(fd, REAL(fdatasync)); }

static int cannot_write(int fd)
{
    char path[LONGEST];
    if (!failing(WRITE) || !on_disk(fd, path)) return 0;
    errno = faults[WRITE];
    return 1;
}

/* What was opened with O_DSYNC or O_SYNC is synced by each write. */
static ssize_t wrote(int fd, ssize_t result)
{
    char path[LONGEST];
    if (shadow && result > 0 && !failing(SYNC_SAYS_SO) && fcntl(fd, F_GETFL) & O_DSYNC && on_disk(fd, path)) synced(fd, path);
    return result;
}

#define WRITER(name, ...) { return cannot_write(fd) ? -1 : wrote(fd, REAL(name)(fd, __VA_ARGS__)); }

ssize_t write(int fd, const void *octets, size_t count) WRITER(write, octets, count)
ssize_t pwrite(int fd, const void *octets, size_t count, off_t at) WRITER(pwrite, octets, count, at)
ssize_t pwrite64(int fd, const void *octets, size_t count, off64_t at) WRITER(pwrite64, octets, count, at)
ssize_t writev(int fd, const struct iovec *parts, int count) WRITER(writev, parts, count)
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) WRITER(pwritev, parts, count, at)
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) WRITER(pwritev64, parts, count, at)
int ftruncate(int fd, off_t size) { return cannot_write(fd) ? -1 : REAL(ftruncate)(fd, size); }
int ftruncate64(int fd, off64_t size) { return cannot_write(fd) ? -1 : REAL(ftruncate64)(fd, size); }

static int cannot_open(const char *path, int flags)
{
    char full[LONGEST];
    if (!failing(OPEN) || !root || (flags & O_ACCMODE) == O_RDONLY) return 0;
    if (path[0] != '/' && getcwd(full, sizeof full / 2)) strncat(strcat(full, "/"), path, sizeof full / 2 - 2);
    else snprintf(full, sizeof full, "%s", path);
    if (strncmp(full, root, strlen(root)) != 0) return 0;
    errno = faults[OPEN];
    return 1;
}

#define OPENER(name, call)                             \
    {                                                     \
        mode_t mode = 0;                                  \
        if (flags & (O_CREAT | O_TMPFILE)) {              \
            va_list more;                                 \
            va_start(more, flags);                        \
            mode = va_arg(more, mode_t);                  \
            va_end(more);                                 \
        }                                                 \
        return cannot_open(path, flags) ? -1 : REAL(name) call; \
    }

int open(const char *path, int flags, ...) OPENER(open, (path, flags, mode))
int open64(const char *path, int flags, ...) OPENER(open64, (path, flags, mode))
int openat(int directory, const char *path, int flags, ...) OPENER(openat, (directory, path, flags, mode))
int openat64(int directory, const char *path, int flags, ...) OPENER(openat64, (directory, path, flags, mode))

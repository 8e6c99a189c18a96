/*
 * What a program in C needs for the calls that the bench makes through the wrapper: an operation with a
 * callback, the properties of a system, the result. Prints the microseconds of each call, one a line.
 * Arguments: the library, the system's id, how many calls.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t came = PTHREAD_COND_INITIALIZER;
static int done;

static void completed(void *operation, void *context) {
  (void)operation;
  (void)context;
  pthread_mutex_lock(&lock);
  done = 1;
  pthread_cond_signal(&came);
  pthread_mutex_unlock(&lock);
}

static double microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  void *library = dlopen(arguments[1], RTLD_NOW);
  if (library == NULL) return 3;
  void *(*create)(const void *, void (*)(void *, void *)) = dlsym(library, "HcsCreateOperation");
  void (*close)(void *) = dlsym(library, "HcsCloseOperation");
  int32_t (*open)(const uint16_t *, uint32_t, void **) = dlsym(library, "HcsOpenComputeSystem");
  void (*close_system)(void *) = dlsym(library, "HcsCloseComputeSystem");
  int32_t (*properties)(void *, void *, const uint16_t *) = dlsym(library, "HcsGetComputeSystemProperties");
  int32_t (*result)(void *, uint16_t **) = dlsym(library, "HcsGetOperationResult");
  void *(*release)(void *) = dlsym(library, "LocalFree");
  if (!create || !close || !open || !close_system || !properties || !result || !release) return 4;
  uint16_t id[128] = {0}, query[] = {'{', '}', 0};
  for (int index = 0; index < 127 && arguments[2][index] != 0; index++) id[index] = (uint16_t)arguments[2][index];
  void *system;
  if (open(id, 0x10000000, &system) < 0) return 5;
  for (int calls = atoi(arguments[3]); calls > 0; calls--) {
    double began = microseconds();
    void *operation = create(NULL, completed);
    if (properties(system, operation, query) < 0) return 6;
    pthread_mutex_lock(&lock);
    while (!done) pthread_cond_wait(&came, &lock);
    done = 0;
    pthread_mutex_unlock(&lock);
    uint16_t *document = NULL;
    if (result(operation, &document) < 0) return 7;
    release(document);
    close(operation);
    printf("%.1f\n", microseconds() - began);
  }
  close_system(system);
  return 0;
}

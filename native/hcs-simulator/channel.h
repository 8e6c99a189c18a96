/*
 * A connection between a client and the service: frames of a length, a number of descriptors and so many bytes
 * of UTF-8 JSON. A unix socket in the state folder on Linux; on Windows a named pipe whose name derives from it.
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include "windows-types.h"

enum { most_frame_bytes = 32 * 1024 * 1024, most_descriptors = 4 };

struct channel;
struct listener;

/* NULL where no service listens. */
struct channel *channel_connect(const char *root);
/* One thread may receive while another sends. False when the connection has ended or the peer sent garbage. */
bool channel_receive(struct channel *channel, char **bytes, size_t *length, int descriptors[most_descriptors], int *count);
bool channel_send(struct channel *channel, const char *bytes, size_t length, const int *descriptors, int count);
/* Makes both ends see the end of the connection; wakes whoever receives. */
void channel_shut(struct channel *channel);
#ifndef _WIN32
/* Over a socket that is connected already; it belongs to the channel from then on. */
struct channel *channel_of_descriptor(int descriptor);
#endif
/* When no thread uses it any more. */
void channel_free(struct channel *channel);

/* NULL where another service has this folder. */
struct listener *listener_open(const char *root);
/* NULL after listener_shut. */
struct channel *listener_accept(struct listener *listener);
void listener_shut(struct listener *listener);

/* Starts the service program for the folder, apart from this process: it has no part in its session, console or descriptors. */
bool start_service(const char *program, const char *root);
/* The folder that this library or program was loaded from, without a separator at the end; free() it. */
char *own_folder(void);
/* A setting of the environment as UTF-8; NULL where it is absent or empty; free() it. */
char *environment_setting(const char *name);
bool folder_exists(const char *path);
/* The folder's own name of it, the same for whoever asks; NULL where it is no folder; free() it. */
char *full_path(const char *path);
uint64_t milliseconds(void);
uint64_t microseconds(void);
void sleep_milliseconds(unsigned milliseconds);
uint32_t own_process_id(void);

#endif

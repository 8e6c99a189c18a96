/*
 * The layer functions of vmcompute.dll, which are undocumented: parameters as hcsshim's internal/wclayer declares
 * them. A layer is a folder, named by the driver's home and the layer's id; a writable one has its sandbox.vhdx
 * in it. The service does the work, as for computestorage.dll.
 */
#include "client.h"

#include <stdlib.h>
#include <string.h>

struct driver {
  int flavour;
  PCWSTR home;
};

struct descriptor {
  GUID id;
  uint32_t flags;
  PCWSTR path;
};

static void add_layer(struct call *call, const struct driver *driver, PCWSTR id) {
  char *home = driver == NULL ? NULL : utf8_from_utf16(driver->home), *name = utf8_from_utf16(id);
  if (driver == NULL || name == NULL) call_refuse(call, E_INVALIDARG);
  struct text path = {0};
  text_print(&path, "%s%s%s", home == NULL ? "" : home, home == NULL || *home == 0 ? "" : "/", name == NULL ? "" : name);
  call_utf8(call, "LayerPath", path.bytes);
  free(path.bytes);
  free(home);
  free(name);
}

/* The LayerData document that computestorage.dll takes. */
static void add_chain(struct call *call, const struct descriptor *layers, uint32_t count) {
  struct json *data = json_new(JSON_OBJECT), *version = json_set(data, "SchemaVersion", json_new(JSON_OBJECT)), *list = json_set(data, "Layers", json_new(JSON_ARRAY));
  json_set_whole(version, "Major", 2);
  json_set_whole(version, "Minor", 1);
  for (uint32_t index = 0; layers != NULL && index < count; index++) {
    struct json *layer = json_push(list, json_new(JSON_OBJECT));
    const GUID *id = &layers[index].id;
    const uint8_t *rest = id->Data4;
    struct text text = {0};
    text_print(&text, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", (unsigned)id->Data1, id->Data2, id->Data3, rest[0], rest[1], rest[2], rest[3], rest[4], rest[5], rest[6], rest[7]);
    char *path = utf8_from_utf16(layers[index].path);
    json_set_string(layer, "Id", text.bytes);
    json_set_string(layer, "Path", path);
    free(text.bytes);
    free(path);
  }
  char *text = json_text(data);
  call_utf8(call, "LayerData", text);
  free(text);
  json_free(data);
}

static struct call *layer_call(const char *function, const struct driver *driver, PCWSTR id) {
  struct call *call = call_new(function);
  add_layer(call, driver, id);
  return call;
}

static HRESULT finish(struct call *call) { return call_finish(call, TASK_MEMORY, NULL, NULL); }

EXPORT HRESULT WINAPI ActivateLayer(const struct driver *driver, PCWSTR id) { return finish(layer_call("ActivateLayer", driver, id)); }

EXPORT HRESULT WINAPI DeactivateLayer(const struct driver *driver, PCWSTR id) { return finish(layer_call("DeactivateLayer", driver, id)); }

EXPORT HRESULT WINAPI UnprepareLayer(const struct driver *driver, PCWSTR id) { return finish(layer_call("UnprepareLayer", driver, id)); }

EXPORT HRESULT WINAPI DestroyLayer(const struct driver *driver, PCWSTR id) { return finish(layer_call("HcsDestroyLayer", driver, id)); }

EXPORT HRESULT WINAPI CreateLayer(const struct driver *driver, PCWSTR id, PCWSTR parent) {
  (void)parent;
  return finish(layer_call("CreateLayer", driver, id));
}

EXPORT HRESULT WINAPI CreateSandboxLayer(const struct driver *driver, PCWSTR id, PCWSTR parent, const struct descriptor *layers, uint32_t count) {
  (void)parent;
  struct call *call = layer_call("CreateSandboxLayer", driver, id);
  add_chain(call, layers, count);
  return finish(call);
}

EXPORT HRESULT WINAPI PrepareLayer(const struct driver *driver, PCWSTR id, const struct descriptor *layers, uint32_t count) {
  struct call *call = layer_call("PrepareLayer", driver, id);
  add_chain(call, layers, count);
  return finish(call);
}

static HRESULT transport_call(const char *function, const char *name, const struct driver *driver, PCWSTR id, PCWSTR folder, const struct descriptor *layers, uint32_t count) {
  struct call *call = layer_call(function, driver, id);
  call_text(call, name, folder);
  add_chain(call, layers, count);
  return finish(call);
}

EXPORT HRESULT WINAPI ImportLayer(const struct driver *driver, PCWSTR id, PCWSTR source, const struct descriptor *layers, uint32_t count) {
  return transport_call("HcsImportLayer", "SourceFolderPath", driver, id, source, layers, count);
}

EXPORT HRESULT WINAPI ExportLayer(const struct driver *driver, PCWSTR id, PCWSTR target, const struct descriptor *layers, uint32_t count) {
  return transport_call("ExportLayer", "ExportFolderPath", driver, id, target, layers, count);
}

EXPORT HRESULT WINAPI ExpandSandboxSize(const struct driver *driver, PCWSTR id, uint64_t size) {
  struct call *call = layer_call("ExpandSandboxSize", driver, id);
  call_whole(call, "Size", (int64_t)size);
  return finish(call);
}

/* Called twice: first for the length, in letters with the zero at the end. */
EXPORT HRESULT WINAPI GetLayerMountPath(const struct driver *driver, PCWSTR id, uintptr_t *length, PWSTR buffer) {
  struct call *call = layer_call("GetLayerMountPath", driver, id);
  if (length == NULL) call_refuse(call, E_INVALIDARG);
  HRESULT code = call_send(call);
  const char *found = SUCCEEDED(code) ? json_string(call_answer(call), "Result") : NULL;
  if (found != NULL) {
    PWSTR text = utf16_from_utf8(found, malloc);
    size_t letters = 0;
    while (text[letters] != 0) letters++;
    letters++;
    /* ERROR_INSUFFICIENT_BUFFER */
    if (buffer != NULL && *length < letters) code = (HRESULT)0x8007007a;
    else if (buffer != NULL) memcpy(buffer, text, letters * sizeof *text);
    *length = letters;
    free(text);
  }
  call_free(call);
  return code;
}

EXPORT HRESULT WINAPI LayerExists(const struct driver *driver, PCWSTR id, uint32_t *there) {
  struct call *call = layer_call("LayerExists", driver, id);
  if (there == NULL) call_refuse(call, E_INVALIDARG);
  HRESULT code = call_send(call);
  if (SUCCEEDED(code)) *there = (uint32_t)json_whole(call_answer(call), "There", 0);
  call_free(call);
  return code;
}

/* The same name has the same GUID; Windows computes another one. */
EXPORT HRESULT WINAPI NameToGuid(PCWSTR name, GUID *guid) {
  if (name == NULL || guid == NULL) return E_INVALIDARG;
  uint64_t halves[2] = {14695981039346656037u, 0x9e3779b97f4a7c15u};
  for (PCWSTR letter = name; *letter != 0; letter++)
    for (int half = 0; half < 2; half++) halves[half] = (halves[half] ^ *letter) * 1099511628211u;
  memcpy(guid, halves, sizeof *guid);
  guid->Data3 = (uint16_t)((guid->Data3 & 0x0fff) | 0x5000);
  guid->Data4[0] = (uint8_t)((guid->Data4[0] & 0x3f) | 0x80);
  return S_OK;
}

static HRESULT path_call(const char *function, PCWSTR path) {
  struct call *call = call_new(function);
  call_text(call, "LayerPath", path);
  if (path == NULL) call_refuse(call, E_INVALIDARG);
  return finish(call);
}

EXPORT HRESULT WINAPI ProcessBaseImage(PCWSTR path) { return path_call("ProcessBaseImage", path); }

EXPORT HRESULT WINAPI ProcessUtilityImage(PCWSTR path) { return path_call("ProcessUtilityImage", path); }

EXPORT HRESULT WINAPI GrantVmAccess(PCWSTR vm, PCWSTR path) {
  struct call *call = call_new("HcsGrantVmAccess");
  call_text(call, "VmId", vm);
  call_text(call, "FilePath", path);
  if (vm == NULL || path == NULL) call_refuse(call, E_INVALIDARG);
  return finish(call);
}

/* What is not written yet says so. */
#define NOT_WRITTEN(name) EXPORT HRESULT WINAPI name(void) { return E_NOTIMPL; }

NOT_WRITTEN(CopyLayer)
NOT_WRITTEN(GetBaseImages)
NOT_WRITTEN(ImportLayerBegin)
NOT_WRITTEN(ImportLayerNext)
NOT_WRITTEN(ImportLayerWrite)
NOT_WRITTEN(ImportLayerEnd)
NOT_WRITTEN(ExportLayerBegin)
NOT_WRITTEN(ExportLayerNext)
NOT_WRITTEN(ExportLayerRead)
NOT_WRITTEN(ExportLayerEnd)

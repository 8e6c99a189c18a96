/*
 * Layers as folders. A layer's Files is a whole tree: what it shares with the layer below are further names of
 * that layer's files, which stand for the placeholders of Windows' storage filter. So a file that its importer
 * removes is gone from the view, as there. Base layers have Hives/…_Base, made by HcsSetupBaseOSLayer.
 */
#ifndef LAYER_TREES_H
#define LAYER_TREES_H

#include "json.h"
#include "windows-types.h"

bool is_base_layer(const char *layer);
/* Puts `layer` together from the transport form in `source`, over the tree of `parent`. */
HRESULT layer_import(const char *layer, const char *source, const char *parent);
HRESULT layer_set_up_base(const char *layer);
/* Writes the transport form: of a writable layer its upper folder, of another what differs from `parent`. */
HRESULT layer_export_writable(const char *upper, const char *parent, const char *target);
/*
 * What an overlay deleted is a device in its upper folder. Under Wine nobody could remove such a folder any more, so that without a
 * filter they are files, as Windows' own filter leaves files. False with errno set.
 */
bool deletions_as_files(const char *upper);
bool deletions_as_devices(const char *upper);
HRESULT layer_export(const char *layer, const char *parent, const char *target);

#endif

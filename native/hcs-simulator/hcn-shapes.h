/*
 * What the documents of the network service look like, as virtualization/api/hcn/HNS_Schema.md tells: every name that may stand in
 * a document, its kind and the values of the enumerations.
 */
#ifndef HCN_SHAPES_H
#define HCN_SHAPES_H

#include "json.h"

/*
 * Whether the document keeps to the shape of that name. A member that the shape doesn't have, or of another kind, is a problem,
 * which is then told in `problem` (free its bytes). Members that are null are taken out, flags and protocols become numbers,
 * values of enumerations get their written form.
 */
bool shape_holds(struct json *document, const char *shape, struct text *problem);

/* The shape of a policy's settings; NULL where no policy of that type can be on such an object (Endpoint, Network, Subnet). */
const char *policy_shape(const char *owner, const char *type);

bool same_word(const char *left, const char *right); /* but for the case of ASCII letters */

#endif

/* Between the files of the network service. */
#ifndef HCN_INTERNAL_H
#define HCN_INTERNAL_H

#include "hcn.h"
#include "hcn-addresses.h"
#include "hcn-shapes.h"

HRESULT hcn_fail(struct hcn_call *call, HRESULT code, const char *format, ...) __attribute__((format(printf, 3, 4)));
void hcn_notify(struct hcn *hcn, enum hcn_notification type, const char *id, const struct json *data);

/* free() it. */
char *hcn_new_id(void);

struct json *hcn_objects(const struct hcn *hcn, enum hcn_kind kind);
/* NULL where there is none. Ids compare without regard to case. */
struct json *hcn_object(const struct hcn *hcn, enum hcn_kind kind, const char *id);
/* An array or object of that name, made where it is not there. */
struct json *member_of_kind(struct json *object, const char *name, enum json_kind kind);
bool given(const char *text);
bool json_same(const struct json *left, const struct json *right);

/* Reads a document and holds it to a shape; NULL after hcn_fail. */
struct json *hcn_document(struct hcn_call *call, const char *text, const char *shape);
/* Settings of policies, held to the shape of their type. `owner`: Network, Endpoint or Subnet. */
bool hcn_policies_hold(struct hcn_call *call, struct json *policies, const char *owner);
const char *hcn_policy_type(const struct json *policy);
struct json *hcn_policy_settings(const struct json *policy);

/* Each kind's part. The document has been held to its shape; it belongs to the function, also where that fails. */
HRESULT network_create(struct hcn_call *call, struct json *document);
HRESULT network_modify(struct hcn_call *call, struct json *network, const char *settings);
HRESULT network_delete(struct hcn_call *call, struct json *network);
HRESULT endpoint_create(struct hcn_call *call, struct json *document, const char *network);
HRESULT endpoint_modify(struct hcn_call *call, struct json *endpoint, const char *settings);
HRESULT endpoint_delete(struct hcn_call *call, struct json *endpoint);
/* Endpoint states: 1 created, 2 attached, 4 detached. */
HRESULT endpoint_attach(struct hcn_call *call, struct json *endpoint, struct json *name_space);
void endpoint_detach(struct hcn *hcn, struct json *endpoint);
HRESULT namespace_create(struct hcn_call *call, struct json *document);
HRESULT namespace_modify(struct hcn_call *call, struct json *name_space, const char *settings);
HRESULT namespace_delete(struct hcn_call *call, struct json *name_space);
HRESULT balancer_create(struct hcn_call *call, struct json *document);
HRESULT balancer_modify(struct hcn_call *call, struct json *balancer, const char *settings);
HRESULT route_create(struct hcn_call *call, struct json *document);
HRESULT route_modify(struct hcn_call *call, struct json *route, const char *settings);
HRESULT guest_service_create(struct hcn_call *call, struct json *document);
HRESULT guest_service_modify(struct hcn_call *call, struct json *service, const char *settings);

/* The older form of a network's or endpoint's document as today's; NULL after hcn_fail. */
struct json *v1_network_document(struct hcn_call *call, const char *text);
struct json *v1_endpoint_document(struct hcn_call *call, const char *text);

#endif

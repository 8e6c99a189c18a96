/*
 * The Host Networking Service: networks, endpoints, namespaces, load balancers, SDN routes and guest network services, as
 * virtualization/api/hcn describes them. It owns their documents and knows no connection, handle or DLL; not thread-safe.
 * Objects are named by GUIDs in upper case. Nothing here reaches a real network.
 */
#ifndef HCN_H
#define HCN_H

#include "json.h"
#include "windows-types.h"

/* virtualization/api/hcn/Reference/HCNHResult.md */
#define HCN_NETWORK_NOT_FOUND ((HRESULT)0x803b0001)
#define HCN_ENDPOINT_NOT_FOUND ((HRESULT)0x803b0002)
#define HCN_SUBNET_NOT_FOUND ((HRESULT)0x803b0005)
#define HCN_ADAPTER_NOT_FOUND ((HRESULT)0x803b0006)
#define HCN_POLICY_NOT_FOUND ((HRESULT)0x803b0008)
#define HCN_INVALID_NETWORK ((HRESULT)0x803b000a)
#define HCN_INVALID_NETWORK_TYPE ((HRESULT)0x803b000b)
#define HCN_INVALID_ENDPOINT ((HRESULT)0x803b000c)
#define HCN_INVALID_POLICY ((HRESULT)0x803b000d)
#define HCN_INVALID_POLICY_TYPE ((HRESULT)0x803b000e)
#define HCN_INVALID_REMOTE_ENDPOINT_OPERATION ((HRESULT)0x803b000f)
#define HCN_NETWORK_ALREADY_EXISTS ((HRESULT)0x803b0010)
#define HCN_POLICY_ALREADY_EXISTS ((HRESULT)0x803b0012)
#define HCN_PORT_ALREADY_EXISTS ((HRESULT)0x803b0013)
#define HCN_REQUEST_UNSUPPORTED ((HRESULT)0x803b0015)
#define HCN_MAPPING_NOT_SUPPORTED ((HRESULT)0x803b0016)
#define HCN_INVALID_JSON ((HRESULT)0x803b001b)
#define HCN_INVALID_IP ((HRESULT)0x803b001e)
#define HCN_ENDPOINT_NAMESPACE_ALREADY_EXISTS ((HRESULT)0x803b002b)
#define HCN_ENTITY_HAS_REFERENCES ((HRESULT)0x803b002c)
#define HCN_INVALID_INTERNAL_PORT ((HRESULT)0x803b002d)
#define HCN_ADDR_INVALID_OR_RESERVED ((HRESULT)0x803b002f)
#define HCN_INVALID_PREFIX ((HRESULT)0x803b0030)
#define HCN_OBJECT_USED_AFTER_UNLOAD ((HRESULT)0x803b0031)
#define HCN_INVALID_SUBNET ((HRESULT)0x803b0032)
#define HCN_ENDPOINT_NOT_ATTACHED ((HRESULT)0x803b0034)
/* ERROR_OBJECT_ALREADY_EXISTS: what WinNAT says to a prefix that it translates already. */
#define E_OBJECT_ALREADY_EXISTS ((HRESULT)0x80071392)

enum hcn_kind { HCN_NETWORK, HCN_ENDPOINT, HCN_NAMESPACE, HCN_LOAD_BALANCER, HCN_ROUTE, HCN_GUEST_SERVICE, HCN_KINDS };

/* HCN_NOTIFICATIONS.md; those of network handles have no function that registers for them. */
enum hcn_notification {
  HCN_NETWORK_PRE_CREATE = 0x1,
  HCN_NETWORK_CREATE = 0x2,
  HCN_NETWORK_PRE_DELETE = 0x3,
  HCN_NETWORK_DELETE = 0x4,
  HCN_NAMESPACE_CREATE = 0x5,
  HCN_NAMESPACE_DELETE = 0x6,
  HCN_GUEST_SERVICE_CREATE = 0x7,
  HCN_GUEST_SERVICE_DELETE = 0x8,
  HCN_GUEST_SERVICE_STATE_CHANGED = 0x11,
};

struct hcn {
  struct json *state;
  /* Tells whoever listens. `id` is the object's; `data` is a document, or NULL. */
  void (*notify)(void *context, enum hcn_notification type, const char *id, const struct json *data);
  void *context;
};

/* One request: what it answers with (the caller's to free) and why it failed. */
struct hcn_call {
  struct hcn *hcn;
  struct json *result;
  struct text problem;
  HRESULT code; /* of the failure that `problem` tells */
};

/* Takes over what hcn_reboot or an earlier run left; NULL for a host that never had a network. */
void hcn_open(struct hcn *hcn, struct json *saved);
void hcn_close(struct hcn *hcn);
/* What a start of the host leaves: networks but for non-persistent ones, their endpoints with all they hold, and namespaces, which nothing is attached to any more. */
void hcn_reboot(struct hcn *hcn);

/* `id` may be NULL or zeros: then the document's own, or one that is chosen. The result is the new object's id as a string. `network` counts for endpoints. */
HRESULT hcn_create(struct hcn_call *call, enum hcn_kind kind, const char *network, const char *id, const char *settings);
HRESULT hcn_find(struct hcn_call *call, enum hcn_kind kind, const char *id);
/* For a handle: what is gone since it was opened is HCN_OBJECT_USED_AFTER_UNLOAD. */
HRESULT hcn_modify(struct hcn_call *call, enum hcn_kind kind, const char *id, const char *settings);
/* The result is the document, or an array of ids. `query` may be NULL or empty. */
HRESULT hcn_query(struct hcn_call *call, enum hcn_kind kind, const char *id, const char *query);
HRESULT hcn_enumerate(struct hcn_call *call, enum hcn_kind kind, const char *query);
HRESULT hcn_delete(struct hcn_call *call, enum hcn_kind kind, const char *id);

/* Ports of the host that guests reserve. `protocols`: 1 TCP, 2 UDP. `port` of 0: `count` ports in a row that are free, the first of which is the result. `owner` names the reservation. */
HRESULT hcn_reserve_ports(struct hcn_call *call, const char *service, int protocols, bool shared, int port, int count, const char *owner);
bool hcn_release_ports(struct hcn *hcn, const char *owner);

/* HNSCall: the result is always a document with Success, and Output or Error. */
void hcn_rest(struct hcn_call *call, const char *method, const char *path, const char *body);

/* {"Success":false,"Error":…,"ErrorCode":…} for a failed call. */
struct json *hcn_error_record(const struct hcn_call *call);

#endif

// What a descriptor is, read from its struct file while it is sure to be that file. Stands behind the blocks of a record.
#ifndef SYSREEL_RECORDER_EBPF_FD_BPF_H_
#define SYSREEL_RECORDER_EBPF_FD_BPF_H_

#include "recorder/ebpf/file.bpf.h"
#include "recorder/ebpf/path.bpf.h"
#include "recorder/ebpf/work.bpf.h"

enum {
  MAX_MESSAGES = 8,   // of one recvmmsg
  MAX_CONTROLS = 4,   // control messages of one message
  MAX_RECEIVED = 32,  // descriptors of one control message
  UNIX_ADDRESS = 112,
};

// Begins an sr_fd at the end of the record. Returns it, or NULL where there is no room.
static __always_inline struct sr_fd *begin_fact(struct work *work, __s32 number) {
  const __u32 cursor = work->cursor;
  if (work->facts == 0xff || cursor + sizeof(struct sr_fd) + MAX_PATH_NAMES > SR_RECORD_MAX) {
    work->too_large = 1;
    return 0;
  }
  struct sr_fd *fact = record_at(work, cursor);
  if (!fact) return 0;
  __builtin_memset(fact, 0, sizeof *fact);
  fact->fd = number;
  return fact;
}

// `extra` bytes stand behind it.
static __always_inline void end_fact(struct work *work, struct sr_fd *fact, __u32 extra) {
  fact->size = sizeof *fact + ((extra + 7) & ~7);
  work->cursor += fact->size;
  work->facts++;
}

// Copies the address of a unix socket as far as it is used; returns its length.
static __always_inline __u32 unix_address(char *to, struct sock *sock) {
  struct unix_address *address = BPF_CORE_READ((struct unix_sock *)sock, addr);
  if (!address) return 0;
  __u64 length = BPF_CORE_READ(address, len) & 127;  // at most 110; old verifiers forget what was compared when it was spilled
  barrier_var(length);
  if (length > UNIX_ADDRESS) length = UNIX_ADDRESS;
  if (bpf_probe_read_kernel(to, length, &address->name)) return 0;
  return length;
}

static __always_inline __u64 inode_of_sock(struct sock *sock) {
  struct socket *socket = KERNEL_FIELD(sock, sock, sk_socket);
  if (!socket) return 0;
  const struct socket_alloc *both = (void *)socket - bpf_core_field_offset(struct socket_alloc, socket);
  return BPF_CORE_READ(both, vfs_inode.i_ino);
}

// Both addresses of a unix socket, each in its own room of UNIX_ADDRESS bytes behind the fact. Returns the bytes used.
static __always_inline __u32 describe_unix(struct work *work, struct sr_fd *fact, struct sock *sock) {
  if (!bpf_core_type_exists(struct unix_sock)) return 0;
  char *const local = record_at(work, work->cursor + sizeof *fact);
  char *const other = record_at(work, work->cursor + sizeof *fact + UNIX_ADDRESS);
  if (!local || !other) return 0;
  fact->local_length = unix_address(local, sock);
  struct sock *peer = BPF_CORE_READ((struct unix_sock *)sock, peer);
  if (peer) {
    fact->peer_inode = inode_of_sock(peer);
    fact->peer_length = unix_address(other, peer);
  }
  return 2 * UNIX_ADDRESS;
}

static __always_inline void describe_internet(struct sr_fd *fact, struct sock *sock) {
  const __u16 port = KERNEL_FIELD(sock, sock, __sk_common.skc_num);
  fact->local_port = (__u16)(port << 8 | port >> 8);
  fact->peer_port = KERNEL_FIELD(sock, sock, __sk_common.skc_dport);
  if (fact->family == AF_INET) {
    const __u32 local = KERNEL_FIELD(sock, sock, __sk_common.skc_rcv_saddr), peer = KERNEL_FIELD(sock, sock, __sk_common.skc_daddr);
    *(__u32 *)fact->local = local;
    *(__u32 *)fact->peer = peer;
  } else {
    BPF_CORE_READ_INTO(&fact->local, sock, __sk_common.skc_v6_rcv_saddr.in6_u.u6_addr8);
    BPF_CORE_READ_INTO(&fact->peer, sock, __sk_common.skc_v6_daddr.in6_u.u6_addr8);
  }
}

static __always_inline void describe_netlink(struct sr_fd *fact, struct sock *sock) {
  if (!bpf_core_type_exists(struct netlink_sock)) return;
  *(__u32 *)fact->local = BPF_CORE_READ((struct netlink_sock *)sock, portid);
}

// Returns the bytes behind the fact.
static __always_inline __u32 describe_socket(struct work *work, struct sr_fd *fact, struct socket *socket) {
  struct sock *sock = KERNEL_FIELD(socket, socket, sk);
  fact->is_socket = 1;
  if (!sock) return 0;
  fact->family = KERNEL_FIELD(sock, sock, __sk_common.skc_family);
  fact->type = KERNEL_FIELD(socket, socket, type);
  fact->protocol = KERNEL_FIELD(sock, sock, sk_protocol);
  if (fact->family == AF_UNIX) return describe_unix(work, fact, sock);
  if (fact->family == AF_INET || fact->family == AF_INET6) describe_internet(fact, sock);
  if (fact->family == AF_NETLINK) describe_netlink(fact, sock);
  return 0;
}

// Appends an sr_fd about descriptor `number` of the current task.
__noinline int append_fd(struct work *work, __u32 number) {
  if (!work) return 0;
  struct file *file = file_of(number);
  if (!file) return 0;
  struct sr_fd *fact = begin_fact(work, number);
  if (!fact) return 0;
  struct inode *inode = KERNEL_FIELD(file, file, f_inode);
  struct super_block *file_system = KERNEL_FIELD(inode, inode, i_sb);
  fact->inode = KERNEL_FIELD(inode, inode, i_ino);
  fact->mode = KERNEL_FIELD(inode, inode, i_mode);
  fact->device = KERNEL_FIELD(super_block, file_system, s_dev);
  fact->magic = KERNEL_FIELD(super_block, file_system, s_magic);
  fact->special = KERNEL_FIELD(inode, inode, i_rdev);
  fact->open_flags = KERNEL_FIELD(file, file, f_flags);
  fact->offset = KERNEL_FIELD(file, file, f_pos);
  struct socket *socket = socket_of(file);
  if (socket) {
    end_fact(work, fact, describe_socket(work, fact, socket));
    return 1;
  }
  const __u32 names = append_names(work, KERNEL_FIELD(file, file, f_path.dentry), KERNEL_FIELD(file, file, f_path.mnt));
  fact->path = work->path;
  fact->names_length = names;
  end_fact(work, fact, names);
  return 1;
}

// Appends an sr_fd about the current directory.
__noinline int append_folder(struct work *work) {
  if (!work) return 0;
  struct task_struct *task = bpf_get_current_task_btf();
  struct fs_struct *fs = task->fs;
  if (!fs) return 0;
  struct sr_fd *fact = begin_fact(work, SR_FD_FOLDER);
  if (!fact) return 0;
  const __u32 names = append_names(work, KERNEL_FIELD(fs_struct, fs, pwd.dentry), KERNEL_FIELD(fs_struct, fs, pwd.mnt));
  fact->path = work->path;
  fact->names_length = names;
  end_fact(work, fact, names);
  return 1;
}

// Appends the descriptors in one control message that begins at `address` and is `length` long.
__noinline int append_rights(struct work *work, __u64 address, __u64 length) {
  if (!work) return 0;
  const __u32 prefix = work->word + 8;
  for (int i = 0; i < MAX_RECEIVED; ++i) {
    const __u64 at = prefix + 4 * i;
    __u32 fd = 0;
    if (at + 4 > length || bpf_probe_read_user(&fd, sizeof fd, (void *)(address + at))) break;
    append_fd(work, fd);
  }
  return 0;
}

// Appends the descriptors that came with the message whose msghdr is at `header`.
__noinline int append_received(struct work *work, __u64 header) {
  if (!work) return 0;
  const __u32 word = work->word == 4 ? 4 : 8;
  __u64 place[2] = {};  // msg_control, msg_controllen
  if (word == 8) {
    if (bpf_probe_read_user(place, sizeof place, (void *)(header + 4 * 8))) return 0;
  } else {
    __u32 short_place[2] = {};
    if (bpf_probe_read_user(short_place, sizeof short_place, (void *)(header + 4 * 4))) return 0;
    place[0] = short_place[0];
    place[1] = short_place[1];
  }
  for (int i = 0; i < MAX_CONTROLS; ++i) {
    __u64 length = 0;
    __u32 kind[2] = {};  // level, type
    if (place[1] < word + 8 || bpf_probe_read_user(&length, word, (void *)place[0])) break;
    if (length < word + 8 || length > place[1]) break;
    if (bpf_probe_read_user(kind, sizeof kind, (void *)(place[0] + word))) break;
    if (kind[0] == SOL_SOCKET && kind[1] == SCM_RIGHTS) append_rights(work, place[0], length);
    const __u64 step = (length + word - 1) & ~(__u64)(word - 1);
    if (step > place[1]) break;
    place[0] += step;
    place[1] -= step;
  }
  return 0;
}

// Appends what the call says anew about descriptors. It did not fail.
__noinline int append_facts(struct work *work) {
  if (!work) return 0;
  const __u32 kind = work->fds & 15, argument = work->fds >> 4;
  const __u64 address = work->args[argument < 6 ? argument : 0];
  if (kind == SR_FDS_RESULT) return append_fd(work, work->result);
  if (kind == SR_FDS_FIRST) return append_fd(work, work->args[0]);
  if (kind == SR_FDS_FOLDER) return append_folder(work);
  if (kind == SR_FDS_MESSAGE) return append_received(work, work->args[1]);
  if (kind == SR_FDS_MESSAGES) {
    const __u32 stride = work->word == 4 ? 32 : 64;  // of struct mmsghdr
    for (int i = 0; i < MAX_MESSAGES; ++i) {
      if (i >= work->result) break;
      append_received(work, work->args[1] + i * stride);
    }
    return 0;
  }
  __u32 fds[2] = {};
  const __u32 size = kind == SR_FDS_PAIR ? 8 : 4;
  if (bpf_probe_read_user(fds, size, (void *)address)) return 0;
  append_fd(work, fds[0]);
  if (kind == SR_FDS_PAIR) append_fd(work, fds[1]);
  return 0;
}

#endif  // SYSREEL_RECORDER_EBPF_FD_BPF_H_

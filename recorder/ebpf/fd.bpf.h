// What a descriptor is, read from its struct file; and user stacks. Both stand behind the blocks of a record.
#ifndef SYSREEL_RECORDER_EBPF_FD_BPF_H_
#define SYSREEL_RECORDER_EBPF_FD_BPF_H_

#include "recorder/ebpf/capture.bpf.h"

// Appends an sr_fd about descriptor `fd` of the current task. Returns 1 if it did.
__noinline int append_fd(struct work *work, __u32 number) {
  if (!work) return 0;
  struct task_struct *task = bpf_get_current_task_btf();
  struct fdtable *table = BPF_CORE_READ(task, files, fdt);
  struct file *file = 0;
  if (!table || number >= BPF_CORE_READ(table, max_fds)) return 0;
  struct file **array = BPF_CORE_READ(table, fd);
  if (bpf_probe_read_kernel(&file, sizeof file, &array[number]) || !file) return 0;
  const __u32 cursor = work->cursor;
  if (cursor + sizeof(struct sr_fd) > SR_RECORD_MAX) return 0;
  struct sr_fd *fact = record_at(work, cursor);
  if (!fact) return 0;
  __builtin_memset(fact, 0, sizeof *fact);
  struct inode *inode = BPF_CORE_READ(file, f_inode);
  const __u32 mode = BPF_CORE_READ(inode, i_mode);
  fact->fd = number;
  fact->inode = BPF_CORE_READ(inode, i_ino);
  fact->mode = mode;
  fact->device = BPF_CORE_READ(inode, i_sb, s_dev);
  fact->special = BPF_CORE_READ(inode, i_rdev);
  fact->open_flags = BPF_CORE_READ(file, f_flags);
  fact->offset = BPF_CORE_READ(file, f_pos);
  struct socket *socket = (mode & 0170000) == 0140000 ? BPF_CORE_READ(file, private_data) : 0;
  if (socket) {
    struct sock *sock = BPF_CORE_READ(socket, sk);
    fact->is_socket = 1;
    fact->family = BPF_CORE_READ(sock, __sk_common.skc_family);
    fact->type = BPF_CORE_READ(socket, type);
    fact->protocol = BPF_CORE_READ(sock, sk_protocol);
    const __u16 port = BPF_CORE_READ(sock, __sk_common.skc_num);
    fact->local_port = (__u16)(port << 8 | port >> 8);
    fact->peer_port = BPF_CORE_READ(sock, __sk_common.skc_dport);
    if (fact->family == AF_INET) {
      const __u32 local = BPF_CORE_READ(sock, __sk_common.skc_rcv_saddr), peer = BPF_CORE_READ(sock, __sk_common.skc_daddr);
      *(__u32 *)fact->local = local;
      *(__u32 *)fact->peer = peer;
    } else if (fact->family == AF_INET6) {
      BPF_CORE_READ_INTO(&fact->local, sock, __sk_common.skc_v6_rcv_saddr.in6_u.u6_addr8);
      BPF_CORE_READ_INTO(&fact->peer, sock, __sk_common.skc_v6_daddr.in6_u.u6_addr8);
    }
  }
  work->cursor = cursor + sizeof *fact;
  return 1;
}

enum { STACK_DEPTH = 127 };

// Appends the user return addresses of the current task; returns how many.
static __always_inline __u32 append_stack(struct work *work, void *ctx) {
  const __u32 cursor = work->cursor;
  if (cursor + 8 * STACK_DEPTH > SR_RECORD_MAX) return 0;
  void *to = record_at(work, cursor);
  if (!to) return 0;
  const long length = bpf_get_stack(ctx, to, 8 * STACK_DEPTH, BPF_F_USER_STACK);
  if (length <= 0) return 0;
  work->cursor = cursor + length;
  return length / 8;
}

#endif  // SYSREEL_RECORDER_EBPF_FD_BPF_H_

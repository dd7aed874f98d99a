// Descriptors of the current task: which file one is, and whether that is a socket.
#ifndef SYSREEL_RECORDER_EBPF_FILE_BPF_H_
#define SYSREEL_RECORDER_EBPF_FILE_BPF_H_

#include "recorder/ebpf/state.bpf.h"

enum {
  S_IFMT = 0170000,
  S_IFSOCK = 0140000,
};

// File `number` of the current task, or NULL.
static __always_inline struct file *file_of(__u32 number) {
  struct task_struct *task = bpf_get_current_task_btf();
  struct fdtable *table = BPF_CORE_READ(task, files, fdt);
  struct file *file = 0;
  if (!table || number >= BPF_CORE_READ(table, max_fds)) return 0;
  struct file **array = BPF_CORE_READ(table, fd);
  if (bpf_probe_read_kernel(&file, sizeof file, &array[number])) return 0;
  return file;
}

static __always_inline struct socket *socket_of(struct file *file) {
  if ((BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK) return 0;
  return BPF_CORE_READ(file, private_data);
}

#endif  // SYSREEL_RECORDER_EBPF_FILE_BPF_H_

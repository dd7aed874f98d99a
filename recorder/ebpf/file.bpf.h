// Descriptors of the current task: which file one is, and whether that is a socket.
#ifndef SYSREEL_RECORDER_EBPF_FILE_BPF_H_
#define SYSREEL_RECORDER_EBPF_FILE_BPF_H_

#include "recorder/ebpf/kernel_read.bpf.h"
#include "recorder/ebpf/state.bpf.h"

enum {
  S_IFMT = 0170000,
  S_IFSOCK = 0140000,
};

// File `number` of the current task, or NULL.
static __always_inline struct file *file_of(__u32 number) {
  struct task_struct *task = bpf_get_current_task_btf();
  struct fdtable *table = KERNEL_FIELD(files_struct, task->files, fdt);
  struct file *file = 0;
  if (!table || number >= KERNEL_FIELD(fdtable, table, max_fds)) return 0;
  struct file **array = KERNEL_FIELD(fdtable, table, fd);
  if (bpf_probe_read_kernel(&file, sizeof file, &array[number])) return 0;
  return file;
}

static __always_inline struct socket *socket_of(struct file *file) {
  struct inode *inode = KERNEL_FIELD(file, file, f_inode);
  if ((KERNEL_FIELD(inode, inode, i_mode) & S_IFMT) != S_IFSOCK) return 0;
  return KERNEL_FIELD(file, file, private_data);
}

#endif  // SYSREEL_RECORDER_EBPF_FILE_BPF_H_

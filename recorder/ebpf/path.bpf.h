// The path of a file as its dentries tell it, from the file up to the recorder's root, as in /proc/PID/fd, or to the root of
// its own mount namespace, if the recorder lives in another.
#ifndef SYSREEL_RECORDER_EBPF_PATH_BPF_H_
#define SYSREEL_RECORDER_EBPF_PATH_BPF_H_

#include "recorder/ebpf/kernel_read.bpf.h"
#include "recorder/ebpf/work.bpf.h"

enum {
  MAX_NAME = 256,
  MAX_PATH_NAMES = 1024,   // bytes of all names
  CLIMB_STEPS = 8,
  CLIMB_ROUNDS = 5,
};

static __always_inline struct mount *mount_of(struct vfsmount *mnt) {
  return (void *)mnt - bpf_core_field_offset(struct mount, mnt);
}

// Copies the name of a dentry behind those that were copied. Returns false where it does not fit.
static __always_inline bool append_name(struct work *work, const unsigned char *name) {
  if (work->names_length > MAX_PATH_NAMES - MAX_NAME) return false;
  void *to = record_at(work, work->names_at + work->names_length);
  if (!to) return false;
  const long copied = bpf_probe_read_kernel_str(to, MAX_NAME, name);
  if (copied <= 0) return false;
  work->names_length += copied;
  return true;
}

// Goes some steps up. Returns 0 when there is nothing more to do; work->path says what came of it.
__noinline int climb(struct work *work) {
  if (!work) return 0;
  __u64 dentry = work->climb_dentry;
  __u64 mount = work->climb_mount;
  for (int i = 0; i < CLIMB_STEPS; ++i) {
    if (dentry == root_dentry && (__u64)&((struct mount *)mount)->mnt == root_mount) {
      if (work->path == SR_PATH_UNKNOWN) work->path = SR_PATH_WHOLE;
      return 0;
    }
    if (dentry == (__u64)KERNEL_FIELD(mount, mount, mnt.mnt_root)) {
      dentry = (__u64)KERNEL_FIELD(mount, mount, mnt_mountpoint);
      const __u64 parent = (__u64)KERNEL_FIELD(mount, mount, mnt_parent);
      if (parent == mount) {
        if (work->path == SR_PATH_UNKNOWN) work->path = SR_PATH_WHOLE;
        return 0;
      }
      mount = parent;
      continue;
    }
    const __u64 parent = (__u64)KERNEL_FIELD(dentry, dentry, d_parent);
    if (parent == dentry && work->names_length) {  // its file system is mounted nowhere
      work->path = SR_PATH_UNKNOWN;
      return 0;
    }
    if (!append_name(work, KERNEL_FIELD(dentry, dentry, d_name.name))) {
      work->path = SR_PATH_UNKNOWN;
      return 0;
    }
    if (parent == dentry) {
      work->path = SR_PATH_ALONE;
      return 0;
    }
    dentry = parent;
  }
  work->climb_dentry = dentry;
  work->climb_mount = mount;
  return 1;
}

// Appends the names of a path behind the sr_fd that begins at the cursor. Returns their length and sets work->path.
static __always_inline __u32 append_names(struct work *work, struct dentry *dentry, struct vfsmount *mnt) {
  work->names_at = work->cursor + sizeof(struct sr_fd);
  work->names_length = 0;
  work->path = SR_PATH_UNKNOWN;
  if (!dentry || !mnt) return 0;
  work->climb_dentry = (__u64)dentry;
  work->climb_mount = (__u64)mount_of(mnt);
  // A dentry that is in no hash chain and no root was removed.
  const bool removed = !KERNEL_FIELD(dentry, dentry, d_hash.pprev) && KERNEL_FIELD(dentry, dentry, d_parent) != dentry;
  bool going = true;
  for (int i = 0; i < CLIMB_ROUNDS && going; ++i) going = climb(work);
  if (going || work->path == SR_PATH_UNKNOWN) {
    work->path = SR_PATH_UNKNOWN;
    return 0;
  }
  if (removed && work->path == SR_PATH_WHOLE) work->path = SR_PATH_DELETED;
  return work->names_length;
}

#endif  // SYSREEL_RECORDER_EBPF_PATH_BPF_H_

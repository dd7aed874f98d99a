// The path of a file as its dentries tell it, from the file up to the recorder's root, as in /proc/PID/fd, or to the root of
// its own mount namespace, if the recorder lives in another.
#ifndef SYSREEL_RECORDER_EBPF_PATH_BPF_H_
#define SYSREEL_RECORDER_EBPF_PATH_BPF_H_

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
// One variable for all that is read: the calls from a system call's exit down to here share 512 bytes of stack, in steps of 32.
__noinline int climb(struct work *work) {
  if (!work) return 0;
  struct dentry *dentry = (void *)work->climb_dentry;
  struct mount *mount = (void *)work->climb_mount;
  for (int i = 0; i < CLIMB_STEPS; ++i) {
    void *read = 0;
    if ((__u64)dentry == root_dentry && (__u64)&mount->mnt == root_mount) {
      if (work->path == SR_PATH_UNKNOWN) work->path = SR_PATH_WHOLE;
      return 0;
    }
    bpf_core_read(&read, sizeof read, &mount->mnt.mnt_root);
    if (dentry == read) {
      bpf_core_read(&read, sizeof read, &mount->mnt_mountpoint);
      dentry = read;
      bpf_core_read(&read, sizeof read, &mount->mnt_parent);
      if (read == mount) {
        if (work->path == SR_PATH_UNKNOWN) work->path = SR_PATH_WHOLE;
        return 0;
      }
      mount = read;
      continue;
    }
    bpf_core_read(&read, sizeof read, &dentry->d_parent);
    if (read == dentry && work->names_length) {  // its file system is mounted nowhere
      work->path = SR_PATH_UNKNOWN;
      return 0;
    }
    work->climb_dentry = (__u64)read;
    work->climb_alone = read == dentry;
    bpf_core_read(&read, sizeof read, &dentry->d_name.name);
    if (!append_name(work, read)) {
      work->path = SR_PATH_UNKNOWN;
      return 0;
    }
    if (work->climb_alone) {
      work->path = SR_PATH_ALONE;
      return 0;
    }
    dentry = (void *)work->climb_dentry;
  }
  work->climb_dentry = (__u64)dentry;
  work->climb_mount = (__u64)mount;
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
  const bool removed = !BPF_CORE_READ(dentry, d_hash.pprev) && BPF_CORE_READ(dentry, d_parent) != dentry;
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

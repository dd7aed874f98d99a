// The BPF object of the recorder: every program and map, compiled with clang -target bpf and embedded.
#include "recorder/ebpf/state.bpf.h"

#include "recorder/ebpf/calls.bpf.h"
#include "recorder/ebpf/iterate.bpf.h"
#include "recorder/ebpf/tally.bpf.h"
#include "recorder/ebpf/tasks.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

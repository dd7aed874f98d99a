// Of a verifier's log of thousands of lines one is worth reading.
#include "recorder/ebpf/libbpf_words.h"

#include <gtest/gtest.h>

namespace sysreel {
namespace {

TEST(LibbpfWords, TheVerifiersAnswerNamesTheProgram) {
  EXPECT_EQ(reason_in("libbpf: prog 'on_exec': BPF program load failed: Permission denied\n"
                      "libbpf: prog 'on_exec': -- BEGIN PROG LOAD LOG --\n"
                      "0: R1=ctx(off=0,imm=0) R10=fp0\n"
                      "12: (79) r1 = *(u64 *)(r0 +0)\n"
                      "R0 invalid mem access 'scalar'\n"
                      "processed 13 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 1\n"
                      "-- END PROG LOAD LOG --\n"
                      "libbpf: prog 'on_exec': failed to load: -13\n"
                      "libbpf: failed to load object 'sysreel_bpf'\n"),
            "prog 'on_exec': R0 invalid mem access 'scalar'");
}

TEST(LibbpfWords, WithoutALogTheFirstComplaintCounts) {
  EXPECT_EQ(reason_in("libbpf: Error in bpf_object__probe_loading():Operation not permitted(1).\nlibbpf: failed to load object 'x'\n"),
            "Error in bpf_object__probe_loading():Operation not permitted(1).");
  EXPECT_EQ(reason_in(""), "");
  EXPECT_EQ(reason_in("libbpf: prog 'x': -- BEGIN PROG LOAD LOG --\n"), "prog 'x': ");
}

}  // namespace
}  // namespace sysreel

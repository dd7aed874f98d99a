// bpf(2): attributes that are shorter or longer than known, what depends on a type, what the kernel answers.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "tests/analyzer/render.h"

namespace sysreel::testing {
namespace {

constexpr std::uint64_t at = 0x1000;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

template <typename... Numbers>
std::string packed(Numbers... numbers) {
  std::string bytes;
  (bytes.append(reinterpret_cast<const char*>(&numbers), sizeof numbers), ...);
  return bytes;
}

// What stands between the command and the size of a call that fails.
std::string shown(CallBuilder& call) {
  const std::string text = call.fails(22).text();
  const std::size_t begin = text.find(", ") + 2;
  return text.substr(begin, text.rfind(", ") - begin);
}

std::string attribute(std::uint64_t command, const std::string& bytes) {
  CallBuilder call("bpf", {command, at, bytes.size()});
  return shown(call.in(at, bytes, BlockEnd::fault));
}

TEST(Bpf, ShowsWholeVersionsOfAStructure) {
  EXPECT_EQ(attribute(0, packed(u32{2})), "{map_type=BPF_MAP_TYPE_ARRAY, key_size=0, value_size=0, max_entries=0}");
  std::string map(92, '\0');
  map[72] = 3;
  map[88] = 8;
  EXPECT_NE(attribute(0, map.substr(0, 49)).find(", map_ifindex=0, btf_fd=0, btf_key_type_id=0, btf_value_type_id=0}"),
            std::string::npos);
  EXPECT_NE(attribute(0, map.substr(0, 48)).find(", map_ifindex=0}"), std::string::npos);
  EXPECT_NE(attribute(0, map).find(
                ", map_extra=0, value_type_btf_obj_fd=3, map_token_fd=0, excl_prog_hash=NULL, excl_prog_hash_size=8}"),
            std::string::npos);
  EXPECT_NE(attribute(0, map.substr(0, 64) + std::string(8, '\xff')).find("map_extra=UINT64_MAX}"), std::string::npos);
}

TEST(Bpf, ShowsWhatIsBehindAnAttributeIfItIsNotZero) {
  EXPECT_EQ(attribute(13, packed(u32{7})), "{prog_id=7}");
  EXPECT_EQ(attribute(13, packed(u32{7}, u32{0})), "{prog_id=7}");
  CallBuilder call("bpf", {13, at, 8});
  call.in(at, packed(u32{7}, u32{1}));
  EXPECT_EQ(shown(call), "{prog_id=7, ...}");
  call.options.abbrev = abi::SyscallSet::none();
  EXPECT_EQ(shown(call), "{prog_id=7, extra_data=\"\\x01\\x00\\x00\\x00\" /* bytes 4..7 */}");
}

TEST(Bpf, ShowsFlagsOfElements) {
  EXPECT_EQ(attribute(1, packed(u64{1}, u64{0}, u64{0}, u64{0})), "{map_fd=1, key=NULL, value=NULL, flags=BPF_ANY}");
  EXPECT_EQ(attribute(2, packed(u64{1}, u64{0}, u64{0}, u64{13})),
            "{map_fd=1, key=NULL, value=NULL, flags=BPF_NOEXIST|BPF_F_LOCK|BPF_F_CPU}");
}

TEST(Bpf, AttachesToInterfacesOrDescriptors) {
  EXPECT_EQ(attribute(8, packed(u32{1}, u32{4}, u32{46}, u32{0})),
            "{target_ifindex=if_nametoindex(\"lo\"), attach_bpf_fd=4, attach_type=BPF_TCX_INGRESS, attach_flags=0}");
  EXPECT_EQ(attribute(9, packed(u32{1}, u32{4}, u32{2}, u32{0x28}, u32{5}, u32{6}, u64{7})),
            "{target_fd=1, attach_bpf_fd=4, attach_type=BPF_CGROUP_INET_SOCK_CREATE, attach_flags=BPF_F_BEFORE|BPF_F_ID, "
            "replace_bpf_fd=5, relative_id=6, expected_revision=7}");
}

TEST(Bpf, ShowsTheLogAndTheProgram) {
  std::string load(168, '\0');
  const auto put = [&](std::size_t offset, u64 value, std::size_t size) { load.replace(offset, size, packed(value), 0, size); };
  put(4, 1, 4);
  put(8, 0x2000, 8);
  put(28, 4, 4);
  put(32, 0x3000, 8);
  put(152, 0x4000, 8);
  put(160, 2, 4);
  CallBuilder call("bpf", {5, at, load.size()});
  call.in(at, load)
      .in(0x2000, std::string_view("\x95\x1a\xff\xff\x02\0\0\0", 8))
      .in(0x3000, "log ", BlockEnd::limit)
      .in(0x4000, "\x01\x02");
  put(140, 77, 4);
  call.out(at, load);
  const std::string brief = shown(call);
  EXPECT_NE(brief.find("insn_cnt=1, insns=0x2000, license=NULL, log_level=0, log_size=4, log_buf=\"log \"..., kern_version="),
            std::string::npos);
  EXPECT_NE(
      brief.find("attach_prog_fd=0, core_relo_cnt=0, fd_array=NULL, core_relos=NULL, core_relo_rec_size=0, log_true_size=77, "
                 "prog_token_fd=0, fd_array_cnt=0, signature=\"\\x01\\x02\", signature_size=2, keyring_id=0}"),
      std::string::npos);
  call.options.abbrev = abi::SyscallSet::none();
  EXPECT_NE(shown(call).find(
                "insns=[{code=BPF_JMP|BPF_K|BPF_EXIT, dst_reg=BPF_REG_10, src_reg=BPF_REG_1, off=-1, imm=0x2}], license"),
            std::string::npos);
  EXPECT_NE(attribute(5, std::string(128, '\0')).find(", attach_prog_fd=0, fd_array=NULL}"), std::string::npos);
}

TEST(Bpf, ShowsWhatTheKernelAnswers) {
  CallBuilder id("bpf", {11, at, 8});
  EXPECT_EQ(id.in(at, packed(u32{1}, u32{0})).out(at, packed(u32{1}, u32{9})).returns(0).text(),
            "bpf(BPF_PROG_GET_NEXT_ID, {start_id=1, next_id=9}, 8) = 0");

  CallBuilder batch("bpf", {26, at, 56});
  std::string elements(56, '\0');
  elements[32] = 3;
  batch.in(at, elements);
  elements[32] = 2;
  EXPECT_EQ(shown(batch.out(at, elements)),
            "{batch={keys=NULL, values=NULL, count=3, map_fd=0, elem_flags=BPF_ANY, flags=0}} => {batch={count=2}}");

  CallBuilder query("bpf", {16, at, 28});
  query.in(at, packed(u32{5}, u32{0}, u32{0}, u32{0}, u64{0x2000}, u32{4}))
      .out(at, packed(u32{5}, u32{0}, u32{0}, u32{0}, u64{0x2000}, u32{2}));
  query.out(0x2000, packed(u32{7}, u32{8}));
  EXPECT_EQ(query.returns(0).text(),
            "bpf(BPF_PROG_QUERY, {query={target_fd=5, attach_type=BPF_CGROUP_INET_INGRESS, query_flags=0, "
            "attach_flags=0, prog_ids=[7, 8], prog_cnt=4 => 2}}, 28) = 0");

  CallBuilder stream("bpf", {37, at, 20});
  const std::string read = packed(u64{0x2000}, u32{2}, u32{1}, u32{4});
  EXPECT_EQ(shown(stream.in(at, read).out(at, read).out(0x2000, "ab")),
            "{prog_stream_read={stream_buf=\"ab\", stream_buf_len=2, stream_id=1, prog_fd=4}}");
}

TEST(Bpf, CreatesLinksAsTheAttachTypeSays) {
  const auto link = [](u32 type, u32 flags, const std::string& tail) {
    return attribute(28, packed(u32{3}, u32{4}, type, flags) + tail);
  };
  EXPECT_EQ(link(0, 0, packed(u32{0})), "{link_create={prog_fd=3, target_fd=4, attach_type=BPF_CGROUP_INET_INGRESS, flags=0}}");
  EXPECT_EQ(link(0, 8, packed(u32{6}, u32{0}, u64{7})),
            "{link_create={prog_fd=3, target_fd=4, attach_type=BPF_CGROUP_INET_INGRESS, "
            "flags=BPF_F_BEFORE, cgroup={relative_fd=6, expected_revision=0x7}}}");
  EXPECT_EQ(link(54, 0x20, packed(u32{6}, u32{0}, u64{7})),
            "{link_create={prog_fd=3, target_ifindex=4, attach_type=BPF_NETKIT_PRIMARY, "
            "flags=BPF_F_ID, netkit={relative_id=6, expected_revision=0x7}}}");
  EXPECT_EQ(link(58, 0, packed(u32{6}, u32{0}, u64{7})),
            "{link_create={prog_fd=3, target_fd=4, attach_type=BPF_TRACE_FSESSION, flags=0, "
            "tracing={target_btf_id=6, cookie=0x7}}}");
  EXPECT_EQ(link(45, 0, packed(u32{2}, u32{3}, -1, u32{1})),
            "{link_create={prog_fd=3, target_fd=4, attach_type=BPF_NETFILTER, flags=0, "
            "netfilter={pf=2, hooknum=3, priority=-1, flags=BPF_F_NETFILTER_IP_DEFRAG}}}");
  EXPECT_EQ(link(5, 0, packed(u32{0}, u32{0})),
            "{link_create={prog_fd=3, target_fd=4, attach_type=BPF_SK_SKB_STREAM_VERDICT, flags=0}}");
  EXPECT_EQ(link(5, 0, packed(u32{1}, u32{0})),
            "{link_create={prog_fd=3, target_fd=4, attach_type=BPF_SK_SKB_STREAM_VERDICT, flags=0}, ...}");
}

TEST(Bpf, FollowsTheArraysOfALink) {
  CallBuilder iter("bpf", {28, at, 28});
  iter.in(at, packed(u32{3}, u32{4}, u32{28}, u32{0}, u64{0x2000}, u32{2})).in(0x2000, packed(7, -1));
  EXPECT_EQ(shown(iter),
            "{link_create={prog_fd=3, target_fd=4, attach_type=BPF_TRACE_ITER, flags=0, "
            "iter_info=[{map={map_fd=7}}, {map={map_fd=-1}}], iter_info_len=2}}");

  CallBuilder kprobe("bpf", {28, at, 48});
  kprobe.in(at, packed(u32{3}, u32{4}, u32{42}, u32{0}, u32{1}, u32{2}, u64{0x2000}, u64{0x3000}, u64{0}))
      .in(0x2000, packed(u64{0x4000}, u64{0}));
  kprobe.in_string(0x4000, "foo").in(0x3000, packed(u64{1}), BlockEnd::fault);
  EXPECT_EQ(shown(kprobe),
            "{link_create={prog_fd=3, target_fd=4, attach_type=BPF_TRACE_KPROBE_MULTI, flags=0, "
            "kprobe_multi={flags=BPF_F_KPROBE_MULTI_RETURN, cnt=2, syms=[\"foo\", NULL], addrs=[0x1, ... /* 0x3008 */], "
            "cookies=NULL}}}");

  CallBuilder multi("bpf", {28, at, 36});
  multi.in(at, packed(u32{3}, u32{4}, u32{59}, u32{0}, u64{0x2000}, u64{0x3000}, u32{2}))
      .in(0x2000, packed(u32{5}, u32{6}))
      .in(0x3000, packed(u64{1}, u64{2}));
  EXPECT_EQ(shown(multi),
            "{link_create={prog_fd=3, target_fd=4, attach_type=BPF_TRACE_FENTRY_MULTI, flags=0, "
            "tracing_multi={ids=[5, 6], cookies=[0x1, 0x2], cnt=2}}}");

  const std::string uprobe =
      packed(u32{3}, u32{4}, u32{48}, u32{0}, u64{0}, u64{0x2000}, u64{0}, u64{0}, u32{1}, u32{3}, u32{9}, u32{8});
  CallBuilder with_fd("bpf", {28, at, 64}), without("bpf", {28, at, 60});
  const std::string known =
      "{link_create={prog_fd=3, target_fd=4, attach_type=BPF_TRACE_UPROBE_MULTI, flags=0, uprobe_multi={path=NULL, "
      "offsets=[0x5], ref_ctr_offsets=NULL, cookies=NULL, cnt=1, "
      "flags=BPF_F_UPROBE_MULTI_RETURN|BPF_F_UPROBE_MULTI_PATH_FD, pid=9";
  EXPECT_EQ(shown(with_fd.in(at, uprobe).in(0x2000, packed(u64{5}))), known + ", path_fd=8}}}");
  EXPECT_EQ(shown(without.in(at, uprobe).in(0x2000, packed(u64{5}))), known + "}}}");
}

// Makes descriptor 7 what its path says.
void is_object(CallBuilder& call, const char* path) {
  FdFact fact;
  fact.pid = call.event().pid;
  fact.fd = 7;
  fact.kind = FdKind::anon;
  fact.path = path;
  call.model.on(fact);
}

std::string link_told_as(const std::string& link) {
  CallBuilder call("bpf", {15, at, 16});
  is_object(call, "anon_inode:bpf-link");
  call.options.abbrev = abi::SyscallSet::none();
  const std::string attribute = packed(u32{7}, static_cast<u32>(link.size()), u64{0x2000});
  call.in(at, attribute).out(at, attribute).in(0x2000, std::string(link.size(), '\0')).out(0x2000, link);
  const std::string text = call.returns(0).text(), head = "info={type=";
  return text.substr(text.find(head) + head.size());
}

TEST(Bpf, TellsOfAnObjectWhatItsDescriptorSaysThatItIs) {
  CallBuilder call("bpf", {15, at, 16});
  is_object(call, "anon_inode:bpf-map");
  const std::string attribute = packed(u32{7}, u32{24}, u64{0x2000});
  call.in(at, attribute)
      .out(at, attribute)
      .in(0x2000, std::string(24, '\0'))
      .out(0x2000, packed(u32{2}, u32{9}, u32{4}, u32{8}, u32{1}, u32{0}));
  EXPECT_EQ(call.returns(0).text(), "bpf(BPF_OBJ_GET_INFO_BY_FD, {info={bpf_fd=7, info_len=24, info=0x2000}}, 16) = 0");
  call.options.abbrev = abi::SyscallSet::none();
  EXPECT_EQ(call.text(),
            "bpf(BPF_OBJ_GET_INFO_BY_FD, {info={bpf_fd=7, info_len=24, info={type=BPF_MAP_TYPE_ARRAY, id=9, key_size=4, "
            "value_size=8, max_entries=1, map_flags=0}}}, 16) = 0");
}

TEST(Bpf, WhatIsToldOfALinkDependsOnItsType) {
  EXPECT_EQ(link_told_as(packed(u32{5}, u32{9}, u32{4})), "BPF_LINK_TYPE_NETNS, id=9, prog_id=4}}}, 16) = 0");
  EXPECT_EQ(link_told_as(packed(u32{5}, u32{9}, u32{4}, u32{0}, u32{77}, u32{17}) + std::string(40, '\0')),
            "BPF_LINK_TYPE_NETNS, id=9, prog_id=4, netns={netns_ino=77, attach_type=BPF_FLOW_DISSECTOR}}}}, 16) = 0");
  EXPECT_EQ(link_told_as(packed(u32{7}, u32{9}, u32{4}, u32{0}, u32{6}, u32{0}, u64{3}, u32{1}, u32{0}, u64{8}) +
                         std::string(16, '\0')),
            "BPF_LINK_TYPE_PERF_EVENT, id=9, prog_id=4, perf_event={type=BPF_PERF_EVENT_EVENT, event={config=0x3, type=1, "
            "cookie=8}}}}}, "
            "16) = 0");
  EXPECT_EQ(
      link_told_as(
          packed(u32{12}, u32{9}, u32{4}, u32{0}, u64{0}, u64{0x10}, u64{0}, u64{0x20}, u32{5}, u32{6}, u32{1}, u32{8})),
      "BPF_LINK_TYPE_UPROBE_MULTI, id=9, prog_id=4, uprobe_multi={path=NULL, offsets=0x10, ref_ctr_offsets=NULL, cookies=0x20, "
      "path_size=5, count=6, flags=BPF_F_UPROBE_MULTI_RETURN, pid=8}}}}, 16) = 0");
  EXPECT_EQ(link_told_as(packed(u32{16}, u32{9}, u32{4}, u32{0}, u64{0}) + std::string(40, '\0') + "a"),
            "0x10 /* BPF_LINK_TYPE_??? */, id=9, prog_id=4, extra_data=\"\\x61\" /* bytes 64..64 */}}}, 16) = 0");
}

}  // namespace
}  // namespace sysreel::testing

# What a reel holds: Header, Chunk and Index. How columns are coded is in FORMAT.md; a field here is one column.
@0xd3a6b0a6c5f1e2b7;

# The C++ compiler's own annotation, declared here so that this file needs no other to decode a reel.
annotation cxxNamespace @0xb9c6f99ebf805f2c (file) :Text;
$cxxNamespace("sysreel::schema");

struct Header {
  recorderVersion @0 :Data;
  engine @1 :Data;
  host @2 :Data;
  kernel @3 :Data;
  machine @4 :Data;
  bootId @5 :Data;
  nativeAbi @6 :UInt8;
  pageSize @7 :UInt32;
  clockTicks @8 :UInt32;
  started @9 :Int64;
  startedRealtime @10 :Int64;
  command @11 :List(Data);
  targets @12 :List(Int32);
  options @13 :List(Data);
  filter @14 :Data;
  stringLimit @15 :UInt32;
  followForks @16 :Bool;
  strictFilter @17 :Bool;
  failedOnly @18 :Bool;
  durations @19 :Bool;
  redacted @20 :Bool;
  stacks @21 :Bool;
  countsOnly @22 :Bool;
}

struct Chunk {
  sequence @0 :UInt64;
  baseTime @1 :Int64;
  order @2 :Data;          # runs of (kind, count): the kinds are the numbers behind the fields below
  taskPids @3 :Data;       # the table of tasks
  taskTids @4 :Data;
  calls @5 :Calls;                 # kind 0
  stringLengths @6 :Data;  # the table of strings of all kinds but calls
  stringBytes @7 :Data;
  signals @8 :Signals;             # kind 1
  jobStops @9 :JobStops;           # kind 2
  newTasks @10 :NewTasks;          # kind 3
  execs @11 :Execs;                # kind 4
  taskExits @12 :TaskExits;        # kind 5
  taskDetaches @13 :TaskDetaches;  # kind 6
  fdFacts @14 :FdFacts;            # kind 7
  snapshots @15 :Snapshots;        # kind 8
  clockSamples @16 :ClockSamples;  # kind 9
  losses @17 :Losses;              # kind 10
  ends @18 :Ends;                  # kind 11
}

struct Calls {
  # the table of keys
  keyAbis @0 :Data;
  keyNumbers @1 :Data;
  # one entry a call, by key but for tasks and keys
  tasks @2 :Data;
  keys @3 :Data;
  gapsLow @4 :Data;
  gapsHigh @5 :Data;
  durationsLow @6 :Data;
  durationsHigh @7 :Data;
  onCpu @8 :Data;
  changes @9 :Data;
  # one entry a call in which it is other than expected, by key
  details @10 :Data;
  results @11 :Data;
  flags @12 :Data;
  args0 @13 :Data;
  args1 @14 :Data;
  args2 @15 :Data;
  args3 @16 :Data;
  args4 @17 :Data;
  args5 @18 :Data;
  ips @19 :Data;
  stacks @20 :Data;
  layouts @21 :Data;
  # the table of layouts
  layoutLengths @22 :Data;
  layoutTags @23 :Data;
  # one entry a block, by key
  blockContents @24 :Data;
  blockWanted @25 :Data;
  blockPointers @26 :Data;
  blockAddresses @27 :Data;
  # the table of contents, by place
  contentPlaces @30 :Data;
  contentLengths @28 :Data;
  contentBytes @29 :Data;
}

struct Signals {
  task @0 :Data;
  time @1 :Data;
  stage @2 :Data;
  abi @3 :Data;
  signo @4 :Data;
  siginfo @5 :Data;
  senderPid @6 :Data;
  senderTid @7 :Data;
  ip @8 :Data;
  fault @9 :Data;
  stack @10 :Data;
  senderComm @11 :Data;
  senderCall @12 :Data;
}

struct JobStops {
  task @0 :Data;
  time @1 :Data;
  signo @2 :Data;
}

struct NewTasks {
  task @0 :Data;
  time @1 :Data;
  origin @2 :Data;
  parentPid @3 :Data;
  parentTid @4 :Data;
  cloneFlags @5 :Data;
  comm @6 :Data;
}

struct Execs {
  task @0 :Data;
  time @1 :Data;
  formerTid @2 :Data;
  path @3 :Data;
}

struct TaskExits {
  task @0 :Data;
  time @1 :Data;
  status @2 :Data;
  wholeProcess @3 :Data;
}

struct TaskDetaches {
  task @0 :Data;
  time @1 :Data;
}

struct FdFacts {
  task @0 :Data;
  time @1 :Data;
  fd @2 :Data;
  cause @3 :Data;
  kind @4 :Data;
  late @5 :Data;
  mode @6 :Data;
  device @7 :Data;
  inode @8 :Data;
  special @9 :Data;
  openFlags @10 :Data;
  offset @11 :Data;
  path @12 :Data;
  family @13 :Data;
  socketType @14 :Data;
  protocol @15 :Data;
  local @16 :Data;
  peer @17 :Data;
  extra @18 :Data;
}

struct Snapshots {
  task @0 :Data;
  time @1 :Data;
  kind @2 :Data;
  data @3 :Data;
}

struct ClockSamples {
  time @0 :Data;
  realtime @1 :Data;
}

struct Losses {
  from @0 :Data;
  to @1 :Data;
  cause @2 :Data;
  count @3 :Data;
  signalsAndTasks @4 :Data;
}

struct Ends {
  time @0 :Data;
  reason @1 :Data;
  commandStatus @2 :Data;
  message @3 :Data;
}

struct Index {
  chunks @0 :List(Entry);

  struct Entry {
    offset @0 :UInt64;       # of the chunk's header frame in the file
    firstTime @1 :Int64;
    lastTime @2 :Int64;
    events @3 :UInt32;
    lost @4 :UInt64;
    checkpoint @5 :Bool;
    others @6 :Bool;         # it has events that are no calls
    tids @7 :Data;           # ascending, as varint differences
    calls @8 :Data;          # (abi << 32 | number as 32 bits), ascending, as varint differences
    errors @9 :Data;         # errno values seen, ascending, as varint differences
    firstEnd @10 :Int64;     # the earliest end of its events
  }
}

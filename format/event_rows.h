// Rows of events as columns: a visitor of event_columns.h for each direction.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "format/column.h"
#include "format/event_columns.h"
#include "format/string_table.h"
#include "format/task_table.h"

namespace sysreel {

// A number as the varint that stands for it: zigzag if its type has a sign.
template <typename Number>
constexpr std::uint64_t to_varint(Number value) {
  if constexpr (std::is_enum_v<Number>) {
    return to_varint(static_cast<std::underlying_type_t<Number>>(value));
  } else if constexpr (std::is_signed_v<Number>) {
    return zigzag(value);
  } else {
    return value;
  }
}

// The way back; false if the type cannot hold it.
template <typename Number>
constexpr bool from_varint(std::uint64_t varint, Number& value) {
  if constexpr (std::is_enum_v<Number>) {
    std::underlying_type_t<Number> number{};
    if (!from_varint(varint, number)) return false;
    value = static_cast<Number>(number);
  } else if constexpr (std::is_signed_v<Number>) {
    const std::int64_t number = unzigzag(varint);
    if (number < std::numeric_limits<Number>::min() || number > std::numeric_limits<Number>::max()) return false;
    value = static_cast<Number>(number);
  } else {
    if (varint > std::numeric_limits<Number>::max()) return false;
    value = static_cast<Number>(varint);
  }
  return true;
}

// Writes the rows of one kind. Strings and tasks go to the tables of the chunk.
class RowWriter {
 public:
  struct Column {
    const char* name;
    ColumnWriter data;
    std::int64_t last = 0;
  };

  RowWriter(TaskTableWriter& tasks, StringTableWriter& strings) : tasks_(&tasks), strings_(&strings) {}

  template <typename Event>
  void add(const Event& event) {
    next_ = 0;
    describe(*this, event);
    ++rows_;
  }

  void task(const char* name, Pid pid, Tid tid) { column(name).data.put(tasks_->number_of(pid, tid)); }
  void time(const char* name, Nanos time) { put_difference(column(name), difference(time.value, base_time_.value)); }
  void time_by_call(const char* name, Nanos time) {
    by_call_ = static_cast<std::size_t>(&column(name) - columns_.data());
    waiting_.push_back(time);
  }
  template <typename Choice>
  void choice(const char* name, Choice choice, Choice) { number(name, choice); }
  template <typename Number>
  void number(const char* name, Number value) { column(name).data.put(to_varint(value)); }
  void text(const char* name, ByteSpan text) {
    put_difference(column(name), text.empty() ? 0 : std::int64_t{strings_->intern(text).id} + 1);
  }
  void text(const char* name, std::string_view content) { text(name, std::as_bytes(std::span(content))); }
  void words(const char* name, std::span<const std::uint64_t> words) { text(name, std::as_bytes(words)); }

  // The call that follows the rows added since the last call of this ends then.
  void next_call_ends(Nanos end) {
    if (waiting_.empty()) return;
    for (const Nanos time : waiting_) columns_[by_call_].data.put_signed(difference(time.value, end.value));
    waiting_.clear();
  }

  const std::vector<Column>& columns() const { return columns_; }
  std::uint64_t rows() const { return rows_; }
  std::size_t bytes() const {
    std::size_t total = 0;
    for (const Column& column : columns_) total += column.data.size();
    return total;
  }

  // Starts the next chunk.
  void clear(Nanos base_time) {
    base_time_ = base_time;
    for (Column& column : columns_) {
      column.data.clear();
      column.last = 0;
    }
    waiting_.clear();
    rows_ = 0;
  }

 private:
  Column& column(const char* name) {
    if (next_ == columns_.size()) columns_.push_back({name, {}, 0});
    return columns_[next_++];
  }
  static void put_difference(Column& column, std::int64_t value) {
    column.data.put_signed(difference(value, column.last));
    column.last = value;
  }

  TaskTableWriter* tasks_;
  StringTableWriter* strings_;
  std::vector<Column> columns_;
  std::size_t next_ = 0;
  std::size_t by_call_ = 0;     // the column of times that are told by the next call
  std::vector<Nanos> waiting_;  // such times, for which that call has not come yet
  std::uint64_t rows_ = 0;
  Nanos base_time_;
};

// A column of a kind as it stands in a chunk.
struct NamedColumn {
  std::string_view name;
  ByteSpan data;
};

enum class Row : std::uint8_t {
  good,
  unknown,  // it has a value that this reader does not know; leave the event out
  damaged,  // a column ends early, or holds what its field cannot
};

// Reads the rows of one kind. A row's spans point into the chunk, or into this object until the next row.
class RowReader {
 public:
  RowReader(std::vector<NamedColumn> source, const std::vector<TaskKey>& tasks, const StringTable& strings,
            Nanos base_time)
      : source_(std::move(source)), tasks_(&tasks), strings_(&strings), base_time_(base_time) {}

  // The call behind the rows that come next ends then.
  void next_call_ends(Nanos end) { call_end_ = end; }

  template <typename Event>
  Row next(Event& event) {
    next_ = 0;
    row_ = Row::good;
    describe(*this, event);
    return row_;
  }

  void task(const char* name, Pid& pid, Tid& tid) {
    const std::uint64_t number = get(column(name));
    if (number >= tasks_->size()) return damaged();
    pid = (*tasks_)[number].pid;
    tid = (*tasks_)[number].tid;
  }
  void time(const char* name, Nanos& time) { time.value = sum(get_difference(column(name)), base_time_.value); }
  void time_by_call(const char* name, Nanos& time) { time.value = sum(unzigzag(get(column(name))), call_end_.value); }
  template <typename Choice>
  void choice(const char* name, Choice& choice, Choice last) {
    const std::uint64_t number = get(column(name));
    if (number > to_varint(last)) {
      if (row_ == Row::good) row_ = Row::unknown;
      return;
    }
    choice = static_cast<Choice>(number);
  }
  template <typename Number>
  void number(const char* name, Number& value) {
    if (!from_varint(get(column(name)), value)) damaged();
  }
  void text(const char* name, ByteSpan& text) {
    const std::int64_t id = get_difference(column(name));
    if (id < 0 || static_cast<std::uint64_t>(id) > strings_->size()) return damaged();
    text = id == 0 ? ByteSpan() : (*strings_)[static_cast<std::size_t>(id - 1)];
  }
  void text(const char* name, std::string_view& content) {
    ByteSpan bytes;
    text(name, bytes);
    content = {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  void words(const char* name, std::span<const std::uint64_t>& words) {
    ByteSpan bytes;
    text(name, bytes);
    if (bytes.size() % sizeof(std::uint64_t) != 0) return damaged();
    words_.resize(bytes.size() / sizeof(std::uint64_t));
    if (!bytes.empty()) std::memcpy(words_.data(), bytes.data(), bytes.size());
    words = words_;
  }

  // All columns were read to their ends.
  bool spent() const {
    for (const Column& column : columns_) {
      if (!column.data.spent()) return false;
    }
    return true;
  }

 private:
  struct Column {
    ColumnReader data;
    std::int64_t last = 0;
  };

  Column& column(const char* name) {
    if (next_ == columns_.size()) {
      ByteSpan data;
      for (const NamedColumn& candidate : source_) {
        if (candidate.name == name) data = candidate.data;
      }
      columns_.push_back({ColumnReader(data), 0});
    }
    return columns_[next_++];
  }
  std::uint64_t get(Column& column) {
    const std::uint64_t value = column.data.get();
    if (!column.data.good()) damaged();
    return value;
  }
  std::int64_t get_difference(Column& column) { return column.last = sum(column.last, unzigzag(get(column))); }
  void damaged() { row_ = Row::damaged; }

  std::vector<NamedColumn> source_;
  const std::vector<TaskKey>* tasks_;
  const StringTable* strings_;
  Nanos base_time_;
  Nanos call_end_;
  std::vector<Column> columns_;
  std::vector<std::uint64_t> words_;
  std::size_t next_ = 0;
  Row row_ = Row::good;
};

}  // namespace sysreel

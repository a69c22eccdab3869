// Sequences in ascending order, at two bytes or so each: what waits in a lane.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "domain/ids.h"

namespace ordo::domain {

// Kept as chunks of differences, each in as few bytes as it needs. Both ends are cheap; an insert
// or an erase in the middle rewrites one chunk.
class SequenceList {
 public:
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] Sequence front() const;  // of a list that is not empty

  void pop_front();
  // False, and nothing done, when it is there already.
  bool insert(Sequence sequence);
  // False when it is not there.
  bool erase(Sequence sequence);

  // Bytes that it holds beyond itself, roughly.
  [[nodiscard]] std::size_t memory() const noexcept;

 private:
  static constexpr std::size_t kChunkBytes = 240;

  struct Chunk {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint32_t count = 0;
    std::uint32_t begin = 0;  // where the differences after `first` begin
    std::string steps;
  };
  [[nodiscard]] static std::vector<std::uint64_t> unpack(const Chunk& chunk);
  [[nodiscard]] static Chunk pack(const std::uint64_t* from, const std::uint64_t* to);
  static void append_step(std::string& steps, std::uint64_t step);
  static std::uint64_t take_step(const std::string& steps, std::uint32_t& at);
  void push_back(std::uint64_t value);
  // The chunk whose range holds `value`, or the one that it would extend.
  [[nodiscard]] std::size_t chunk_for(std::uint64_t value) const;
  void replace(std::size_t at, const std::vector<std::uint64_t>& values);
  void drop_spent_chunks();

  std::vector<Chunk> chunks_;
  std::size_t head_ = 0;  // chunks before it are spent
  std::size_t count_ = 0;
};

}  // namespace ordo::domain

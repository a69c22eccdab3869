#include "domain/sequence_list.h"

#include <algorithm>
#include <iterator>

#include "base/assert.h"

namespace ordo::domain {

Sequence SequenceList::front() const {
  ORDO_ASSERT(count_ > 0);
  return Sequence(chunks_[head_].first);
}

void SequenceList::pop_front() {
  ORDO_ASSERT(count_ > 0);
  --count_;
  Chunk& chunk = chunks_[head_];
  if (--chunk.count == 0) {
    ++head_;
    drop_spent_chunks();
    return;
  }
  chunk.first += take_step(chunk.steps, chunk.begin);
}

bool SequenceList::insert(Sequence sequence) {
  const std::uint64_t value = sequence.value();
  if (count_ == 0 || value > chunks_.back().last) {
    push_back(value);
    return true;
  }
  const std::size_t at = chunk_for(value);
  std::vector<std::uint64_t> values = unpack(chunks_[at]);
  const auto place = std::ranges::lower_bound(values, value);
  if (place != values.end() && *place == value) return false;
  values.insert(place, value);
  replace(at, values);
  ++count_;
  return true;
}

bool SequenceList::erase(Sequence sequence) {
  const std::uint64_t value = sequence.value();
  if (count_ == 0 || value > chunks_.back().last) return false;
  const std::size_t at = chunk_for(value);
  std::vector<std::uint64_t> values = unpack(chunks_[at]);
  const auto place = std::ranges::lower_bound(values, value);
  if (place == values.end() || *place != value) return false;
  values.erase(place);
  replace(at, values);
  --count_;
  return true;
}

std::size_t SequenceList::memory() const noexcept {
  std::size_t bytes = chunks_.capacity() * sizeof(Chunk);
  for (const Chunk& chunk : chunks_) bytes += chunk.steps.capacity();
  return bytes;
}

std::vector<std::uint64_t> SequenceList::unpack(const Chunk& chunk) {
  std::vector<std::uint64_t> values;
  values.reserve(chunk.count + 1);
  std::uint64_t value = chunk.first;
  std::uint32_t at = chunk.begin;
  for (std::uint32_t i = 0; i < chunk.count; ++i) {
    if (i > 0) value += take_step(chunk.steps, at);
    values.push_back(value);
  }
  return values;
}

SequenceList::Chunk SequenceList::pack(const std::uint64_t* from, const std::uint64_t* to) {
  Chunk chunk;
  chunk.first = *from;
  chunk.last = *(to - 1);
  chunk.count = static_cast<std::uint32_t>(to - from);
  for (const auto* value = from + 1; value < to; ++value) {
    append_step(chunk.steps, *value - *(value - 1));
  }
  return chunk;
}

// Seven bits a byte, the highest says that more follow.
void SequenceList::append_step(std::string& steps, std::uint64_t step) {
  for (; step >= 0x80U; step >>= 7U) steps.push_back(static_cast<char>((step & 0x7fU) | 0x80U));
  steps.push_back(static_cast<char>(step));
}

std::uint64_t SequenceList::take_step(const std::string& steps, std::uint32_t& at) {
  std::uint64_t step = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(steps[at++]);
    step |= std::uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80U) == 0) return step;
  }
}

void SequenceList::push_back(std::uint64_t value) {
  ++count_;
  if (count_ > 1 && chunks_.back().steps.size() < kChunkBytes) {
    Chunk& chunk = chunks_.back();
    append_step(chunk.steps, value - chunk.last);
    chunk.last = value;
    ++chunk.count;
    return;
  }
  chunks_.push_back(pack(&value, &value + 1));
}

std::size_t SequenceList::chunk_for(std::uint64_t value) const {
  const auto begin = chunks_.begin() + static_cast<std::ptrdiff_t>(head_);
  const auto found = std::ranges::lower_bound(begin, chunks_.end(), value, {}, &Chunk::last);
  return static_cast<std::size_t>(found - chunks_.begin());
}

void SequenceList::replace(std::size_t at, const std::vector<std::uint64_t>& values) {
  const auto place = chunks_.begin() + static_cast<std::ptrdiff_t>(at);
  if (values.empty()) {
    chunks_.erase(place);
    return drop_spent_chunks();
  }
  const std::uint64_t* const from = values.data();
  const std::uint64_t* const to = from + values.size();
  Chunk whole = pack(from, to);
  if (whole.steps.size() <= 2 * kChunkBytes) {
    *place = std::move(whole);
    return;
  }
  const std::uint64_t* const middle = from + values.size() / 2;
  *place = pack(from, middle);
  chunks_.insert(std::next(place), pack(middle, to));
}

// Seldom, so that taking from the front stays cheap.
void SequenceList::drop_spent_chunks() {
  if (head_ < chunks_.size() && head_ * 2 < chunks_.size()) return;
  chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(head_));
  head_ = 0;
  if (chunks_.empty()) chunks_.shrink_to_fit();
}

}  // namespace ordo::domain

#include "net/outbox.h"

#include <algorithm>
#include <iterator>

#include "base/assert.h"
#include "net/answer_burst.h"
#include "net/loop.h"

namespace ordo::net {
namespace {

thread_local AnswerBurst* burst = nullptr;

}  // namespace

AnswerBurst::AnswerBurst() {
  ORDO_ASSERT(burst == nullptr);
  burst = this;
}

AnswerBurst::~AnswerBurst() {
  burst = nullptr;
  for (Gathered& gathered : gathered_) gathered.outbox->answer_all(std::move(gathered.answers));
}

AnswerBurst* AnswerBurst::current() noexcept {
  return burst;
}

void AnswerBurst::add(Outbox& outbox, std::uint64_t session, MakeResponse make) {
  auto found = std::ranges::find(gathered_, &outbox,
                                 [](const Gathered& gathered) { return gathered.outbox.get(); });
  if (found == gathered_.end()) {
    found = gathered_.insert(found, Gathered{outbox.shared_from_this(), {}});
  }
  found->answers.emplace_back(session, std::move(make));
}

void Outbox::answer(std::uint64_t session, MakeResponse make) {
  if (AnswerBurst* const current = AnswerBurst::current()) {
    return current->add(*this, session, std::move(make));
  }
  std::unique_lock lock(mutex_);
  if (loop_ == nullptr) return;
  Loop& loop = *loop_;
  if (loop.on_own_thread()) {
    lock.unlock();
    return loop.answer(session, std::move(make));
  }
  wake_if_first();
  waiting_.emplace_back(session, std::move(make));
}

void Outbox::answer_all(Answers answers) {
  if (answers.empty()) return;
  const std::lock_guard lock(mutex_);
  if (loop_ == nullptr) return;
  wake_if_first();
  if (waiting_.empty()) {
    waiting_.swap(answers);
  } else {
    std::ranges::move(answers, std::back_inserter(waiting_));
  }
}

void Outbox::stir(std::uint64_t session) {
  const std::lock_guard lock(mutex_);
  if (loop_ == nullptr) return;
  wake_if_first();
  stirred_.push_back(session);
}

// Under the lock, so that the loop cannot go in between.
void Outbox::wake_if_first() const {
  if (waiting_.empty() && stirred_.empty()) loop_->wake();
}

void Outbox::close() {
  Answers dropped;
  const std::lock_guard lock(mutex_);
  loop_ = nullptr;
  dropped.swap(waiting_);
}

Outbox::Waiting Outbox::take() {
  const std::lock_guard lock(mutex_);
  return {std::exchange(waiting_, {}), std::exchange(stirred_, {})};
}

}  // namespace ordo::net

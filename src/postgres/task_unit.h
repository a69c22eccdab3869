// The tasks that one transaction has read and is about to change: each write sees those before it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "domain/attempt.h"
#include "domain/task.h"
#include "ports/task_writes.h"
#include "postgres/signals.h"
#include "postgres/task_rows.h"
#include "postgres/undrawn.h"
#include "postgres/work.h"

namespace ordo::postgres {

struct KeyRow {
  domain::Fingerprint fingerprint{};
  domain::TaskId id;
  base::WallTime recorded_at;
};

// Which tasks of which queue became more or fewer.
using Tally = std::map<domain::QueueName, std::array<std::int64_t, domain::kTaskStatuses>>;

// One thread. Texts of tasks are read only where they are asked for.
class TaskUnit {
 public:
  // What a change touches beside the attempt under way.
  enum class Touched : std::uint8_t { nothing, content };

  explicit TaskUnit(Work& work);
  ~TaskUnit();
  TaskUnit(const TaskUnit&) = delete;
  TaskUnit& operator=(const TaskUnit&) = delete;

  // What is likely to be asked for, to be read at once.
  void want(const domain::TaskId& id);
  void want(domain::Sequence sequence, bool with_texts);
  void want(const domain::IdempotencyKey& key);
  // Taken as not there without being looked for: whoever is wrong learns it from the commit.
  void assume_absent(const domain::TaskId& id);
  void add_reads(Batch& batch);
  void take_reads(AnswerCursor& answers);

  // Null: there is none. Lives until the task is changed.
  const TaskRow* find(const domain::TaskId& id);
  const TaskRow* find(domain::Sequence sequence, bool with_texts);
  const KeyRow* find(const domain::IdempotencyKey& key);
  // The oldest dead letters (of one queue) with a sequence up to this.
  std::vector<domain::Sequence> dead_letters(const std::optional<domain::QueueName>& queue,
                                             domain::Sequence up_to, std::size_t limit);

  domain::Sequence next_sequence();
  void add(TaskRow row);
  void change(TaskRow row, Touched touched = Touched::nothing);
  // It moves to the place that it has now; of its attempts nothing is left.
  void move(TaskRow row);
  void remove(const domain::TaskId& id);
  // An attempt at it has ended so.
  void keep(const domain::TaskId& id, domain::Attempt attempt);
  void add(const domain::IdempotencyKey& key, KeyRow row);

  // What has no row to be read before: done in this order.
  void pause(const domain::QueueName& queue, bool paused);
  void add_notice(std::string_view kind, base::WallTime at, std::string_view data);
  void note_told(std::string channel, std::uint64_t up_to);
  void forget_notices(std::uint64_t up_to);

  // What a place was drawn to be, once all is written.
  [[nodiscard]] domain::Sequence drawn(domain::Sequence place) const;

  [[nodiscard]] bool has_changes() const noexcept { return changed_; }
  [[nodiscard]] Tally tally() const;
  // Others wait for their places from the last part on: `add_drawing` comes after all that can be
  // done without one.
  void add_writes(Batch& batch);
  void add_drawing(Batch& batch);
  void add_taking(Batch& batch);
  // In which shards of lanes tasks have got a new place.
  [[nodiscard]] ShardSet new_in() const;
  // The place before the first that was drawn.
  void note_drawn(std::uint64_t before) { base_ = before; }

 private:
  // What must be known of a row to change it.
  struct Was {
    domain::Sequence sequence;
    domain::QueueName queue;
    domain::TaskStatus status = domain::TaskStatus::queued;
    bool open = false;
    bool has_attempts = false;
  };
  struct Entry {
    std::optional<Was> was;
    std::optional<TaskRow> now;
    bool has_texts = true;
    bool is_new = false;  // `now` has no row yet; if there was one, it was another task's
    bool changed = false;
    bool content_changed = false;
    bool attempts_forgotten = false;
    std::vector<domain::Attempt> attempts;  // that ended
  };
  struct KeyEntry {
    std::optional<KeyRow> row;
    bool added = false;
  };
  struct Wanted {
    std::vector<domain::TaskId> ids;
    std::vector<domain::Sequence> sequences;
    std::vector<domain::Sequence> bare;
    std::vector<domain::IdempotencyKey> keys;
  };
  struct Pause {
    domain::QueueName queue;
    bool paused;
  };
  struct Notices {
    Column kinds{Type::text};
    Column times{Type::time};
    Column texts{Type::text};
  };
  struct Told {
    std::string channel;
    std::uint64_t up_to;
  };
  struct Forget {
    std::uint64_t up_to;
  };
  struct Flush;

  void read_wanted();
  void take(const Rows& tasks, const Rows& active, bool with_texts);
  Entry& entry_of(const domain::TaskId& id);
  const TaskRow* found(Entry& entry, bool with_texts);
  void read_texts(Entry& entry);
  void draw();
  [[nodiscard]] std::vector<const Entry*> changed_entries() const;
  void flush(Flush& flush, const Entry& entry) const;
  void add_keys(Batch& batch) const;
  void add_deeds(Batch& batch);
  [[nodiscard]] std::int64_t offset_of(domain::Sequence place) const;

  Work& work_;
  Wanted wanted_;
  Wanted reading_;
  std::unordered_map<domain::TaskId, Entry> entries_;
  std::unordered_map<domain::Sequence, domain::TaskId> places_;
  std::unordered_set<domain::Sequence> no_task_at_;
  std::unordered_map<domain::IdempotencyKey, KeyEntry> keys_;
  std::vector<std::variant<Pause, Notices, Told, Forget>> deeds_;
  std::uint64_t count_ = 0;            // places that are new
  std::optional<std::uint64_t> base_;  // the place before the first of them, once it is known
  bool changed_ = false;
  std::unique_ptr<Flush> flush_;
};

}  // namespace ordo::postgres

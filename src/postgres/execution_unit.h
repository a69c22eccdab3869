// The executions that one transaction has read and is about to change: each write sees those before
// it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "domain/ids.h"
#include "ports/execution_writes.h"
#include "postgres/undrawn.h"
#include "postgres/work.h"

namespace ordo::postgres {

// One thread. Whose status was asked for nobody else changes before the commit.
class ExecutionUnit {
 public:
  using Definition = std::shared_ptr<const std::string>;
  using Step = std::shared_ptr<const ports::ExecutionStep>;

  explicit ExecutionUnit(Work& work);
  ~ExecutionUnit();
  ExecutionUnit(const ExecutionUnit&) = delete;
  ExecutionUnit& operator=(const ExecutionUnit&) = delete;

  // What is likely to be asked for, to be read at once.
  void want(const domain::PipelineName& pipeline, const std::string& name);
  void want(domain::ExecutionNumber number);
  void want(const Definition& definition);
  void add_reads(Batch& batch);
  void take_reads(AnswerCursor& answers);

  // Null: there is none. Lives until the execution is changed.
  const ports::ExecutionRecord* find(const domain::PipelineName& pipeline, const std::string& name);
  std::optional<states::Status> status_of(domain::ExecutionNumber number);

  domain::ExecutionNumber add(const ports::StartExecution& start);
  // One whose status was asked for.
  void advance(domain::ExecutionNumber number, Step step);
  // What has no row to be read before: of each pipeline the last counts.
  void note(const ports::NoteFiring& firing);
  void pause(const domain::PipelineName& pipeline, bool paused);

  // What a number was drawn to be, once all is written.
  [[nodiscard]] domain::ExecutionNumber drawn(domain::ExecutionNumber number) const;

  [[nodiscard]] bool has_changes() const noexcept { return changed_; }
  // Others wait for their numbers from the last part on: `add_drawing` comes after all that can be
  // done without one.
  void add_writes(Batch& batch);
  void add_drawing(Batch& batch);
  void add_taking(Batch& batch) const;
  // The number before the first that was drawn.
  void note_drawn(std::uint64_t before) { base_ = before; }

 private:
  struct Entry {
    // Nobody else changes it: the two below are known. If not, `record` is all there is.
    bool is_held = false;
    states::Status was = states::Status::running;  // as the tables have it
    states::Status status = states::Status::running;
    bool is_new = false;
    std::string definition;  // the digest; of one that is new
    // As it is now, where its name was asked for.
    std::optional<ports::ExecutionRecord> record;
    std::vector<Step> steps;  // that are to be written
  };
  struct Kept {
    Definition text;
    bool is_there = false;
    bool is_used = false;
  };
  struct Wanted {
    std::vector<std::pair<domain::PipelineName, std::string>> names;
    std::vector<domain::ExecutionNumber> numbers;
    std::vector<std::string> definitions;
  };
  struct Parts;
  struct Flush;

  void read_wanted();
  void take_held(const Rows& rows);
  void take_named(const Rows& rows);
  // It is looked for anew.
  void forget(domain::ExecutionNumber number);
  [[nodiscard]] bool is_known(domain::ExecutionNumber number) const;
  Entry* find(domain::ExecutionNumber number);
  const std::string& digest_of(const Definition& definition);
  void draw();
  void flush(Flush& flush, domain::ExecutionNumber number, const Entry& entry) const;
  [[nodiscard]] std::int64_t offset_of(domain::ExecutionNumber number) const;
  void add_definitions(Batch& batch) const;
  void add_deeds(Batch& batch) const;

  Work& work_;
  Wanted wanted_;
  Wanted reading_;
  // In the order of numbers, which is how the tables lie.
  std::map<domain::ExecutionNumber, Entry> entries_;
  std::unordered_set<domain::ExecutionNumber> absent_;
  std::map<std::pair<domain::PipelineName, std::string>, std::optional<domain::ExecutionNumber>>
      names_;
  std::unordered_map<Definition, std::string> digests_;
  std::map<std::string, Kept> definitions_;  // by their digests
  std::map<domain::PipelineName, ports::NoteFiring> firings_;
  std::map<domain::PipelineName, bool> pauses_;
  std::uint64_t count_ = 0;            // executions that are new
  std::optional<std::uint64_t> base_;  // the number before the first of them, once it is known
  bool changed_ = false;
  std::unique_ptr<Flush> flush_;
};

}  // namespace ordo::postgres

// Objects as plain files that a person can open.
//
//   <path>/<bucket>/<name>          an object's body; its name is the key (see object_names.h)
//   <path>/<bucket>/.record/<name>  its content type and ETag, and which body they belong to
//
// A body's modification time is the object's. An ETag is the MD5 of the body. A body that was
// changed, put there or copied by hand is recognised by its size, time and inode, and gets its
// record when it is next looked at; its content type is the one before if the bytes are the same,
// else what the key's ending says. A cut name whose record is lost is in no list.
//
// How a put survives a crash: the new body is made durable under a temporary name; then the record,
// which tells of the new body and the one that is there; then the body gets its name. Whichever is
// there afterwards is in the record.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "files/object_record.h"
#include "ports/clock.h"
#include "ports/object_store.h"

namespace ordo::files {

// One process at a time. Lists read the names of the whole bucket for each page.
class ObjectDirectory : public ports::ObjectStore {
 public:
  // Makes the directory, if need be; removes temporary files that a crash left.
  static base::Result<std::unique_ptr<ObjectDirectory>> open(std::string path,
                                                             const ports::Clock& clock);

  base::Result<ports::ObjectInfo> put(const std::string& bucket, const std::string& key,
                                      const std::string& body,
                                      const std::string& content_type) override;
  base::Result<std::optional<ports::Object>> get(const std::string& bucket,
                                                 const std::string& key) override;
  base::Result<std::optional<ports::ObjectPage>> list(const std::string& bucket,
                                                      const std::string& prefix,
                                                      const std::string& after,
                                                      std::size_t limit) override;
  // Those that there are; one may be empty.
  base::Result<std::vector<std::string>> buckets();

 private:
  // Where an object's files are.
  struct Place {
    std::string bucket;  // directories
    std::string records;
    std::string body;  // files
    std::string record;
  };
  ObjectDirectory(std::string path, const ports::Clock& clock)
      : path_(std::move(path)), clock_(clock) {}

  [[nodiscard]] Place place_of(const std::string& bucket, const std::string& name) const;
  base::Result<void> make_bucket(const Place& place);
  void forget_bucket(const Place& place);
  // `not_found`: the bucket is gone, or is being removed.
  base::Result<ports::ObjectInfo> put_at(const Place& place, const std::string& key,
                                         const std::string& body, const std::string& content_type);
  std::string temporary_in(const std::string& directory);
  // The lock of its body and record, for writing.
  std::mutex& lock_of(const Place& place);
  base::Result<void> keep_record(const Place& place, const ObjectRecord& record);
  // With its lock held: the body, and a record that fits it, be it made anew.
  base::Result<std::optional<ports::Object>> read_settled(const Place& place,
                                                          const std::string& key);
  base::Result<std::optional<ports::ObjectInfo>> look(const Place& place, const std::string& key);
  std::optional<std::string> key_of(const std::string& bucket, std::string_view name) const;

  const std::string path_;
  const ports::Clock& clock_;
  std::atomic<std::uint64_t> temporaries_ = 0;
  std::mutex buckets_mutex_;
  // Made durably, and there unless somebody has removed them since; guarded by buckets_mutex_.
  std::set<std::string> buckets_;
  std::array<std::mutex, 32> locks_;
};

}  // namespace ordo::files

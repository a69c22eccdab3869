#include "files/object_directory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "files/file_io.h"
#include "files/object_names.h"
#include "ports/object_rules.h"

namespace ordo::files {
namespace {

constexpr std::string_view kRecords = ".record";
constexpr std::size_t kMaxRecordBytes = 64UL * 1024;

std::string guessed_type(std::string_view key) {
  if (key.ends_with(".json")) return "application/json";
  if (key.ends_with(".txt")) return "text/plain";
  if (key.ends_with(".csv")) return "text/csv";
  return "application/octet-stream";
}

base::WallTime time_of(const FileMark& mark) {
  const std::int64_t rest = mark.modified_ns % 1'000'000;
  return base::WallTime::from_ms((mark.modified_ns - rest) / 1'000'000 - (rest < 0 ? 1 : 0));
}

ports::ObjectInfo info_of(const std::string& key, const BodyRecord& body) {
  return {key, body.mark.bytes, body.content_type, body.etag, time_of(body.mark)};
}

std::optional<ObjectRecord> read_record(const std::string& path) {
  const auto file = read_file(path, kMaxRecordBytes);
  return file && *file ? parse_record((*file)->bytes) : std::nullopt;
}

void remove_temporaries(const std::string& directory) {
  std::vector<std::string> left;
  const auto looked = each_name(directory, [&](std::string_view name) {
    if (name.starts_with(kTemporaryPrefix)) left.emplace_back(name);
  });
  if (!looked) return;  // whoever reads or writes here will say so
  const std::string within = directory + "/";
  for (const std::string& name : left) ::unlink((within + name).c_str());
}

}  // namespace

base::Result<std::unique_ptr<ObjectDirectory>> ObjectDirectory::open(std::string path,
                                                                     const ports::Clock& clock) {
  std::filesystem::path parent = std::filesystem::path(path).parent_path();
  if (parent.empty()) parent = ".";
  if (auto made = make_directory(path, parent.string()); !made) {
    return base::fail(std::move(made.error()));
  }
  std::vector<std::string> buckets;
  auto looked = each_name(path, [&](std::string_view name) {
    if (name != "." && name != "..") buckets.emplace_back(name);
  });
  if (!looked) return base::fail(std::move(looked.error()));
  for (const std::string& bucket : buckets) {
    remove_temporaries(fmt::format("{}/{}", path, bucket));
    remove_temporaries(fmt::format("{}/{}/{}", path, bucket, kRecords));
  }
  return std::unique_ptr<ObjectDirectory>(new ObjectDirectory(std::move(path), clock));
}

ObjectDirectory::Place ObjectDirectory::place_of(const std::string& bucket,
                                                 const std::string& name) const {
  Place place;
  place.bucket = fmt::format("{}/{}", path_, bucket);
  place.records = fmt::format("{}/{}", place.bucket, kRecords);
  place.body = fmt::format("{}/{}", place.bucket, name);
  place.record = fmt::format("{}/{}", place.records, name);
  return place;
}

base::Result<void> ObjectDirectory::make_bucket(const Place& place) {
  const std::lock_guard lock(buckets_mutex_);
  if (buckets_.contains(place.bucket)) return {};
  if (auto made = make_directory(place.bucket, path_); !made) return made;
  if (auto made = make_directory(place.records, place.bucket); !made) return made;
  buckets_.insert(place.bucket);
  return {};
}

void ObjectDirectory::forget_bucket(const Place& place) {
  const std::lock_guard lock(buckets_mutex_);
  buckets_.erase(place.bucket);
}

std::string ObjectDirectory::temporary_in(const std::string& directory) {
  return fmt::format("{}/{}{}", directory, kTemporaryPrefix, ++temporaries_);
}

std::mutex& ObjectDirectory::lock_of(const Place& place) {
  return locks_.at(std::hash<std::string>{}(place.body) % locks_.size());
}

base::Result<void> ObjectDirectory::keep_record(const Place& place, const ObjectRecord& record) {
  const std::string temporary = temporary_in(place.records);
  const auto written = write_new_file(temporary, record_text(record), clock_.wall());
  if (!written) return base::fail(written.error());
  return move_file(temporary, place.record, place.records);
}

base::Result<ports::ObjectInfo> ObjectDirectory::put(const std::string& bucket,
                                                     const std::string& key,
                                                     const std::string& body,
                                                     const std::string& content_type) {
  if (auto fine = ports::check_object(bucket, key, body.size(), content_type); !fine) {
    return base::fail(std::move(fine.error()));
  }
  const Place place = place_of(bucket, file_name_of(key));
  base::Result<ports::ObjectInfo> put = put_at(place, key, body, content_type);
  if (put || put.error().code != base::ErrorCode::not_found) return put;
  // Somebody has removed the bucket, as the system's tools may at any time: a put makes it.
  forget_bucket(place);
  put = put_at(place, key, body, content_type);
  if (!put && put.error().code == base::ErrorCode::not_found) {
    put.error().code = base::ErrorCode::unavailable;
  }
  return put;
}

base::Result<ports::ObjectInfo> ObjectDirectory::put_at(const Place& place, const std::string& key,
                                                        const std::string& body,
                                                        const std::string& content_type) {
  if (auto made = make_bucket(place); !made) return base::fail(std::move(made.error()));
  BodyRecord next{{}, content_type, base::md5_hex(body)};
  const std::string temporary = temporary_in(place.bucket);

  const std::lock_guard lock(lock_of(place));
  const auto written = write_new_file(temporary, body, clock_.wall());
  if (!written) return base::fail(written.error());
  next.mark = *written;
  ObjectRecord record{key, {next}};
  const auto there = look_at_file(place.body);
  const auto before = read_record(place.record);
  const BodyRecord* const replaced = there && *there && before ? before->find(**there) : nullptr;
  if (replaced != nullptr) record.bodies.push_back(*replaced);
  if (auto kept = keep_record(place, record); !kept) {
    ::unlink(temporary.c_str());
    return base::fail(std::move(kept.error()));
  }
  if (auto moved = move_file(temporary, place.body, place.bucket); !moved) {
    return base::fail(std::move(moved.error()));
  }
  return info_of(key, next);
}

base::Result<std::optional<ports::Object>> ObjectDirectory::get(const std::string& bucket,
                                                                const std::string& key) {
  if (!ports::is_bucket_name(bucket) || !ports::is_object_key(key)) return std::nullopt;
  const Place place = place_of(bucket, file_name_of(key));
  auto body = read_file(place.body, ports::kMaxObjectBytes);
  if (!body) return base::fail(std::move(body.error()));
  if (!*body) return std::nullopt;
  const auto record = read_record(place.record);
  const BodyRecord* const known = record ? record->find((*body)->mark) : nullptr;
  if (known != nullptr) return ports::Object{info_of(key, *known), std::move((*body)->bytes)};
  // Somebody puts it just now, or its record is not what it should be.
  const std::lock_guard lock(lock_of(place));
  return read_settled(place, key);
}

base::Result<std::optional<ports::Object>> ObjectDirectory::read_settled(const Place& place,
                                                                         const std::string& key) {
  auto body = read_file(place.body, ports::kMaxObjectBytes);
  if (!body) return base::fail(std::move(body.error()));
  if (!*body) return std::nullopt;
  const auto record = read_record(place.record);
  const BodyRecord* const known = record ? record->find((*body)->mark) : nullptr;
  if (known != nullptr) return ports::Object{info_of(key, *known), std::move((*body)->bytes)};
  BodyRecord mended{(*body)->mark, guessed_type(key), base::md5_hex((*body)->bytes)};
  if (record) {
    const auto same = std::ranges::find(record->bodies, mended.etag, &BodyRecord::etag);
    if (same != record->bodies.end()) mended.content_type = same->content_type;
  }
  // When it cannot be kept, whoever asks next makes it anew.
  (void)make_directory(place.records, place.bucket);
  (void)keep_record(place, {key, {mended}});
  return ports::Object{info_of(key, mended), std::move((*body)->bytes)};
}

base::Result<std::optional<ports::ObjectInfo>> ObjectDirectory::look(const Place& place,
                                                                     const std::string& key) {
  auto mark = look_at_file(place.body);
  if (!mark) return base::fail(std::move(mark.error()));
  if (!*mark) return std::nullopt;
  const auto record = read_record(place.record);
  const BodyRecord* const known = record ? record->find(**mark) : nullptr;
  if (known != nullptr) return info_of(key, *known);
  const std::lock_guard lock(lock_of(place));
  auto object = read_settled(place, key);
  if (!object) return base::fail(std::move(object.error()));
  if (!*object) return std::nullopt;
  return std::move((*object)->info);
}

std::optional<std::string> ObjectDirectory::key_of(const std::string& bucket,
                                                   std::string_view name) const {
  if (name.starts_with('.')) return std::nullopt;
  if (!is_cut(name)) return key_of_file_name(name);
  const auto record = read_record(place_of(bucket, std::string(name)).record);
  if (!record || !ports::is_object_key(record->key) || file_name_of(record->key) != name) {
    return std::nullopt;
  }
  return record->key;
}

base::Result<std::optional<ports::ObjectPage>> ObjectDirectory::list(const std::string& bucket,
                                                                     const std::string& prefix,
                                                                     const std::string& after,
                                                                     std::size_t limit) {
  if (!ports::is_bucket_name(bucket)) return std::nullopt;
  // The first keys, the last of them on top, and one more, which says that there are more.
  std::vector<std::string> keys;
  auto looked = each_name(fmt::format("{}/{}", path_, bucket), [&](std::string_view name) {
    std::optional<std::string> key = key_of(bucket, name);
    if (!key || !key->starts_with(prefix) || *key <= after) return;
    if (keys.size() > limit && *key >= keys.front()) return;
    keys.push_back(std::move(*key));
    std::ranges::push_heap(keys);
    if (keys.size() <= limit + 1) return;
    std::ranges::pop_heap(keys);
    keys.pop_back();
  });
  if (!looked) return base::fail(std::move(looked.error()));
  if (!*looked) return std::nullopt;
  std::ranges::sort_heap(keys);
  ports::ObjectPage page;
  if (keys.size() > limit) {
    keys.pop_back();
    page.after = keys.empty() ? after : keys.back();
  }
  for (const std::string& key : keys) {
    auto info = look(place_of(bucket, file_name_of(key)), key);
    if (!info) return base::fail(std::move(info.error()));
    if (*info) page.items.push_back(std::move(**info));
  }
  return page;
}

base::Result<std::vector<std::string>> ObjectDirectory::buckets() {
  std::vector<std::string> names;
  auto looked = each_name(path_, [&names](std::string_view name) {
    if (ports::is_bucket_name(name) && name != "..") names.emplace_back(name);
  });
  if (!looked) return base::fail(std::move(looked.error()));
  return names;
}

}  // namespace ordo::files

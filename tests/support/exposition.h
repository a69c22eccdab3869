// A second reading of the Prometheus text format: takes a whole exposition apart and says what is
// wrong with it.
#pragma once

#include <cmath>
#include <cstdlib>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace ordo::testing {

struct Exposition {
  std::map<std::string, double> samples;     // by name with labels, as written
  std::map<std::string, std::string> types;  // by family
  std::string fault;                         // the first one, or ""
};

class ExpositionReader {
 public:
  static Exposition read(const std::string& text) {
    ExpositionReader reader;
    if (!text.ends_with('\n')) reader.fail("does not end in a line feed");
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) reader.take(line);
    reader.check_histograms();
    return reader.out_;
  }

 private:
  void fail(const std::string& what) {
    if (out_.fault.empty()) out_.fault = what;
  }

  void take(const std::string& line) {
    static const std::regex help("# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) .+");
    static const std::regex type(
        "# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)");
    static const std::regex sample(
        R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(([a-z_]+="[^"\\\n]*")(,[a-z_]+="[^"\\\n]*")*)\})? (\S+))re");
    std::smatch match;
    if (std::regex_match(line, match, help)) {
      if (!helped_.insert(match[1]).second) fail("HELP twice: " + line);
    } else if (std::regex_match(line, match, type)) {
      if (!helped_.contains(match[1])) fail("TYPE without HELP: " + line);
      if (!out_.types.emplace(match[1], match[2]).second) fail("TYPE twice: " + line);
      family_ = match[1];
    } else if (std::regex_match(line, match, sample)) {
      take_sample(match[1], match[3], match[6]);
    } else {
      fail("not a line of the format: " + line);
    }
  }

  void take_sample(const std::string& name, const std::string& labels, const std::string& number) {
    // The samples of a family stand together, right behind its head.
    const bool histogram = !family_.empty() && out_.types.at(family_) == "histogram";
    const bool of_family = histogram ? name == family_ + "_bucket" || name == family_ + "_sum" ||
                                           name == family_ + "_count"
                                     : name == family_;
    if (!of_family) fail("a sample without its head: " + name);
    char* end = nullptr;
    const double value = std::strtod(number.c_str(), &end);
    if (end == number.c_str() || *end != '\0') fail("not a number: " + number);
    if (!out_.samples.emplace(name + "{" + labels + "}", value).second) {
      fail("a sample twice: " + name + "{" + labels + "}");
    }
    if (!histogram) return;
    std::string own = labels;
    const std::size_t le = own.find("le=\"");
    if (name.ends_with("_bucket")) {
      if (le == std::string::npos) return fail("a bucket without its bound: " + labels);
      Buckets& buckets = histograms_[family_ + "{" + cut_comma(own.substr(0, le)) + "}"];
      const std::string bound = own.substr(le + 4, own.size() - le - 5);
      const double upper = std::strtod(bound.c_str(), nullptr);
      if (buckets.any && (upper <= buckets.bound || value < buckets.total)) {
        fail("buckets must grow: " + labels);
      }
      buckets = {true, upper, value};
    }
  }

  void check_histograms() {
    for (const auto& [name, buckets] : histograms_) {
      const std::size_t brace = name.find('{');
      const std::string labels = name.substr(brace);
      const auto count = out_.samples.find(name.substr(0, brace) + "_count" + labels);
      if (buckets.bound != HUGE_VAL) fail("no bucket +Inf: " + name);
      if (count == out_.samples.end() || count->second != buckets.total) fail("_count: " + name);
      if (!out_.samples.contains(name.substr(0, brace) + "_sum" + labels)) fail("_sum: " + name);
    }
    for (const auto& [name, type] : out_.types) {
      if (type == "counter" && !name.ends_with("_total")) fail("a counter without _total: " + name);
    }
  }

  static std::string cut_comma(std::string labels) {
    if (labels.ends_with(',')) labels.pop_back();
    return labels;
  }

  struct Buckets {
    bool any = false;
    double bound = 0;
    double total = 0;
  };

  Exposition out_;
  std::string family_;
  std::set<std::string> helped_;
  std::map<std::string, Buckets> histograms_;
};

}  // namespace ordo::testing

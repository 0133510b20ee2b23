#include <seneca_plugin_template.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <utility>

#include "cli/commands/plugin_verbs.h"

namespace relay {
namespace {

constexpr const char* kFooter =
    R"(Writes a small project: a filter, events to test it with, and a CMake file. Nothing is overwritten.

Example:
  senecactl plugin new my-filter && cd my-filter
  cmake -B build && cmake --build build && ctest --test-dir build
  senecactl serve --plugin build/my-filter.so --demo)";

struct NewArguments {
  std::string name;
  std::string directory;
  bool in_c = false;
};

struct TemplateFile {
  std::string path;
  const char* text;
};

std::string snake_case(std::string name) {
  for (char& c : name)
    if (c == '-') c = '_';
  return name;
}

std::string camel_case(const std::string& name) {
  std::string camel;
  bool upper = true;
  for (const char c : name) {
    if (c != '-') camel += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = c == '-';
  }
  return camel;
}

// The template under another name. What the author will want to change anyway stays: the id's "org.example".
std::string renamed(std::string text, const NewArguments& arguments) {
  const std::string snake = snake_case(arguments.name);
  const std::pair<std::string, std::string> names[] = {
      {"my_filter.cpp", snake + (arguments.in_c ? ".c" : ".cpp")},
      {"my_filter", snake},
      {"my-filter", arguments.name},
      {"MyFilter", camel_case(arguments.name)}};
  for (const auto& [from, to] : names)
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  return text;
}

std::vector<TemplateFile> files_of(const NewArguments& arguments) {
  std::vector<TemplateFile> files = {{"CMakeLists.txt", kCMakeLists}, {"README.md", kReadme}};
  if (arguments.in_c) {
    files.insert(files.end(), {{"my_filter.c", kSourceC},
                               {"golden/first.config.json", kConfigC},
                               {"golden/first.in.jsonl", kInputC},
                               {"golden/first.out.jsonl", kOutputC}});
  } else {
    files.insert(
        files.end(),
        {{"my_filter.cpp", kSource}, {"golden/first.in.jsonl", kInput}, {"golden/first.out.jsonl", kOutput}});
  }
  return files;
}

bool is_plugin_name(const std::string& name) {
  if (name.empty() || name.size() > 64 || name.front() < 'a' || name.front() > 'z' || name.back() == '-')
    return false;
  for (const char c : name)
    if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-') return false;
  return name.find("--") == std::string::npos;
}

ExitCode run_new(const NewArguments& arguments, const GlobalOptions& global) {
  const Notices notices("senecactl plugin new", global);
  const std::filesystem::path directory = arguments.directory.empty() ? arguments.name : arguments.directory;
  std::error_code error;
  if (std::filesystem::exists(directory, error) && !std::filesystem::is_empty(directory, error)) {
    notices.error(directory.string() + ": is there already; choose another NAME or --directory");
    return ExitCode::cannot_write;
  }
  std::string written;
  for (const TemplateFile& file : files_of(arguments)) {
    const std::filesystem::path path = directory / renamed(file.path, arguments);
    std::filesystem::create_directories(path.parent_path(), error);
    std::ofstream out(path, std::ios::binary);
    out << renamed(file.text, arguments) << std::flush;
    if (!out) {
      notices.error(path.string() + ": cannot be written");
      return ExitCode::cannot_write;
    }
    written += path.string() + '\n';
  }
  notices.notice("now: cd " + directory.string() +
                 " && cmake -B build && cmake --build build && ctest --test-dir build");
  const WriteOutcome outcome = write_stdout(written);
  return outcome == WriteOutcome::ok ? ExitCode::ok : write_failure(outcome, notices.program());
}

}  // namespace

void add_plugin_new_verb(CLI::App& plugin, GlobalOptions& global) {
  const auto arguments = std::make_shared<NewArguments>();
  CLI::App& verb = *plugin.add_subcommand("new", "Write a plugin to begin with");
  const auto check = [](const std::string& name) {
    return is_plugin_name(name) ? std::string()
                                : "NAME " + name + " is not of lower-case letters, digits and single dashes";
  };
  verb.add_option("NAME", arguments->name, "Its name, such as my-filter")
      ->required()
      ->type_name("")
      ->check(CLI::Validator(check, ""));
  verb.add_flag("--c", arguments->in_c, "In C instead of C++");
  verb.add_option("--directory", arguments->directory, "Where to; by default a directory NAME here")
      ->type_name("DIR");
  verb.footer(kFooter);
  verb.callback([arguments, &global] {
    global.command = [arguments, &global] { return run_new(*arguments, global); };
  });
}

}  // namespace relay

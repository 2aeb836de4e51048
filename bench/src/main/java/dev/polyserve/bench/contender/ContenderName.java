package dev.polyserve.bench.contender;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Derives a short name for a command without one: its program, or its script where the program is an interpreter.
final class ContenderName {
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_]\\w*=.*");
    private static final Pattern INTERPRETER = Pattern
            .compile("(java|python[\\d.]*|pypy[\\d.]*|node|deno|bun|ruby|perl|php|lua|bash|sh|dotnet)");
    private static final Pattern SCRIPT = Pattern.compile("(.+)\\.(jar|py|js|mjs|ts|rb|pl|php|lua|sh|dll)");

    private ContenderName() {}

    /// {@return the name, never blank}
    static String of(String command) {
        List<String> words = Arrays.stream(command.strip().split("\\s+", -1))
                .dropWhile(word -> VARIABLE.matcher(word).matches() || word.equals("exec")).toList();
        if (words.isEmpty()) {
            return command.strip();
        }
        String program = file(words.getFirst());
        if (!INTERPRETER.matcher(program).matches()) {
            return program;
        }
        Optional<String> script = words.stream().skip(1).map(ContenderName::file).map(SCRIPT::matcher)
                .filter(found -> found.matches()).map(found -> found.group(1)).findFirst();
        return script.orElse(program);
    }

    private static String file(String word) {
        String plain = word.replaceAll("^[\"']+|[\"';]+$", "");
        String name = plain.substring(plain.lastIndexOf('/') + 1);
        return name.isEmpty() ? word : name;
    }
}

package dev.polyserve.linux.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Evaluates expressions with the machine's C compiler: sizes, offsets, constants.
final class CompiledC {
    private static final int LIMIT_SECONDS = 60;

    private CompiledC() {}

    /// Returns the values of integer expressions, compiled with the given includes.
    static Map<String, Long> values(Path directory, List<String> includes, List<String> expressions)
            throws IOException, InterruptedException {
        StringBuilder source = new StringBuilder("#define _GNU_SOURCE\n");
        includes.forEach(include -> source.append("#include <").append(include).append(">\n"));
        source.append("#include <stdio.h>\nint main(void) {\n");
        expressions.forEach(e -> source.append("  printf(\"%lld\\n\", (long long) (").append(e).append("));\n"));
        source.append("  return 0;\n}\n");
        Path file = Files.writeString(directory.resolve("values.c"), source);
        Path program = directory.resolve("values");
        assumeTrue(compilerIsThere(), "no C compiler: cc is not to be found");
        run(List.of("cc", "-o", program.toString(), file.toString()));
        List<String> lines = run(List.of(program.toString())).lines().toList();
        Map<String, Long> values = new LinkedHashMap<>();
        for (int i = 0; i < expressions.size(); i++) {
            values.put(expressions.get(i), Long.parseLong(lines.get(i)));
        }
        return values;
    }

    private static boolean compilerIsThere() throws InterruptedException {
        try {
            Process asked = new ProcessBuilder("cc", "--version").redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return asked.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) && asked.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}

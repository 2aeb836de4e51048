package dev.polyserve.program;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Programs of tests, each a class with a `main` method, in a JVM of their own: the models with worker processes run the program
/// again for each of them.
///
/// They start from the JDK's cache of classes, which the tests of a build make on first use ([ProgramCache]).
///
/// **Thread**: any.
public final class TestProgram {
    /// For a short life: the optimizing compiler and a concurrent collector would take half of the processor time, only what runs
    /// often is compiled, and reflection generates no code.
    static final List<String> FLAGS = List.of("-ea", "-XX:TieredStopAtLevel=1", "-XX:CompileThresholdScaling=5",
            "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Djdk.reflect.useNativeAccessorOnly=true");
    private static final List<String> GRANTS = List.of("--enable-native-access=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED");

    private TestProgram() {}

    /// Starts one; what it reports as errors is shown.
    public static Process start(Class<?> program, String... arguments) throws IOException {
        return new ProcessBuilder(command(List.of(), program, arguments))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /// The command that starts one in a JVM with further options.
    public static List<String> command(List<String> options, Class<?> program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(FLAGS);
        command.addAll(options);
        command.addAll(ProgramCache.options().orElseGet(TestProgram::withoutCache));
        command.add(program.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    private static List<String> withoutCache() {
        List<String> options = new ArrayList<>(GRANTS);
        options.addAll(List.of("-cp", System.getProperty("java.class.path")));
        return options;
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}

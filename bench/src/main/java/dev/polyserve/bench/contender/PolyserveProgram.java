package dev.polyserve.bench.contender;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The command that runs `polyserve`: the words before `serve`.
///
/// @param command the program and its first arguments
/// @param endTimeout how long its processes may take to end after TERM, before they are killed
public record PolyserveProgram(List<String> command, Duration endTimeout) {
    /// The variable that the launcher script passes on to Java, too.
    private static final String JAVA_OPTIONS = "POLYSERVE_JAVA_OPTS";
    private static final String MAIN = "dev.polyserve.cli.Main";
    private static final List<String> FLAGS = List.of("--add-opens", "java.base/java.lang=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED");
    /// The events of a server, all of which a recording has.
    static final List<String> EVENTS = List.of("ConnectionOpened", "ConnectionClosed", "ConnectionRejected",
            "AcceptError", "LoopStall", "LoopHandOff", "TlsHandshake", "WorkerStarted", "WorkerEnded", "ServerGauges",
            "LoopGauges");
    /// How long a contender may take to end after TERM, unless it has more to do.
    static final Duration END_TIMEOUT = Duration.ofSeconds(2);
    /// A process writes its recording when it ends, which takes seconds on busy processors.
    private static final Duration RECORDING_END_TIMEOUT = Duration.ofSeconds(60);
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    /// Copies the command.
    public PolyserveProgram {
        command = List.copyOf(command);
    }

    /// A program that ends within two seconds.
    public PolyserveProgram(List<String> command) {
        this(command, END_TIMEOUT);
    }

    /// The program that runs now: its jar or class path, its JDK, and the launcher's `POLYSERVE_JAVA_OPTS`.
    ///
    /// @throws IllegalStateException with one sentence, when it runs from neither
    public static PolyserveProgram running() {
        return of(System.getProperty("java.home"), System.getProperty("java.class.path", ""),
                System.getenv().getOrDefault(JAVA_OPTIONS, ""));
    }

    static PolyserveProgram of(String javaHome, String classPath, String javaOptions) {
        if (classPath.isBlank()) {
            throw new IllegalStateException("polyserve cannot start itself as a contender, because it runs neither from"
                    + " a jar nor from a class path: start it as java -jar polyserve.jar");
        }
        List<String> command = new ArrayList<>();
        command.add(javaHome + File.separator + "bin" + File.separator + "java");
        BLANKS.splitAsStream(javaOptions).filter(option -> !option.isEmpty()).forEach(command::add);
        if (classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator)) {
            command.addAll(List.of("-jar", classPath));
        } else {
            command.addAll(FLAGS);
            command.addAll(List.of("-cp", classPath, MAIN));
        }
        return new PolyserveProgram(command);
    }

    /// The same program, each process of which records its run with JDK Flight Recorder: the JDK's default events and all
    /// of a server, in a file of the directory that is named after the process.
    public PolyserveProgram recordingTo(Path directory) {
        String settings = EVENTS.stream().map(name -> "+dev.polyserve." + name + "#enabled=true")
                .collect(Collectors.joining(","));
        List<String> words = new ArrayList<>(command);
        words.addAll(1, List.of("-XX:StartFlightRecording:settings=default," + settings + ",filename="
                + directory.resolve("polyserve-%p.jfr"), "-Xlog:jfr+startup=error"));
        return new PolyserveProgram(words, RECORDING_END_TIMEOUT);
    }

    /// The command with further arguments.
    List<String> with(List<String> arguments) {
        return Stream.concat(command.stream(), arguments.stream()).toList();
    }
}

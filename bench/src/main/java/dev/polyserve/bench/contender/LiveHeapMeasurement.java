package dev.polyserve.bench.contender;

import dev.polyserve.bench.process.ProcFiles;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Measures the bytes of all reachable objects of Java processes.
///
/// It uses the class histogram, which runs a collection first and is exact for every collector. The collectors' own
/// figures are rounded to regions, or to MiB.
final class LiveHeapMeasurement {
    private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");
    private static final Path JCMD = Path.of(System.getProperty("java.home"), "bin", "jcmd");

    private LiveHeapMeasurement() {}

    /// The sum for all Java processes among the given ones; empty when there is none, when one does not answer, or when
    /// this JDK has no jcmd.
    static OptionalLong bytes(List<Long> pids) throws InterruptedException {
        List<Long> java = pids.stream().filter(LiveHeapMeasurement::isJava).toList();
        if (java.isEmpty() || !Files.isExecutable(JCMD)) {
            return OptionalLong.empty();
        }
        long sum = 0;
        for (long pid : java) {
            OptionalLong bytes = bytes(pid);
            if (bytes.isEmpty()) {
                return OptionalLong.empty();
            }
            sum += bytes.getAsLong();
        }
        return OptionalLong.of(sum);
    }

    private static OptionalLong bytes(long pid) throws InterruptedException {
        // The first collection finds objects with pending cleanup; the histogram's own collection frees them.
        SystemCommand.Result collected = SystemCommand.run(List.of(JCMD.toString(), Long.toString(pid), "GC.run"));
        SystemCommand.Result histogram = collected.succeeded()
                ? SystemCommand.run(List.of(JCMD.toString(), Long.toString(pid), "GC.class_histogram"))
                : collected;
        return histogram.succeeded() ? parse(histogram.lastLine()) : OptionalLong.empty();
    }

    /// Parses the last line of a histogram: instances and bytes of all classes.
    static OptionalLong parse(String lastLine) {
        Matcher total = TOTAL.matcher(lastLine);
        return total.matches() ? OptionalLong.of(Long.parseLong(total.group(1))) : OptionalLong.empty();
    }

    /// True for a Java process. The others, such as the shell that started it, do not answer jcmd.
    private static boolean isJava(long pid) {
        Optional<String> maps = ProcFiles.text(Long.toString(pid), "maps");
        return maps.map(text -> text.contains("/libjvm.so")).orElseGet(() -> ProcessHandle.of(pid)
                .flatMap(handle -> handle.info().command()).filter(command -> command.endsWith(File.separator + "java"))
                .isPresent());
    }
}

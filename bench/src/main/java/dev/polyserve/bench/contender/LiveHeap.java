package dev.polyserve.bench.contender;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The bytes of all objects that a Java process still reaches.
///
/// By the class histogram, which collects first and is exact for every collector; what the collectors say of their used
/// space comes in regions, or in MiB.
final class LiveHeap {
    private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");
    private static final Path JCMD = Path.of(System.getProperty("java.home"), "bin", "jcmd");

    private LiveHeap() {}

    /// Of all Java processes among these together; empty when there is none, one does not answer, or this Java has no
    /// jcmd.
    static OptionalLong bytes(List<Long> pids) throws InterruptedException {
        List<Long> java = pids.stream().filter(LiveHeap::isJava).toList();
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
        // The first collection finds what is to be cleaned up, the histogram's own collects what that leaves.
        SystemCommand.Result collected = SystemCommand.run(List.of(JCMD.toString(), Long.toString(pid), "GC.run"));
        SystemCommand.Result histogram = collected.succeeded()
                ? SystemCommand.run(List.of(JCMD.toString(), Long.toString(pid), "GC.class_histogram"))
                : collected;
        return histogram.succeeded() ? parse(histogram.lastLine()) : OptionalLong.empty();
    }

    /// From the last line of a histogram: instances and bytes of all classes.
    static OptionalLong parse(String lastLine) {
        Matcher total = TOTAL.matcher(lastLine);
        return total.matches() ? OptionalLong.of(Long.parseLong(total.group(1))) : OptionalLong.empty();
    }

    /// The others of a contender, such as the shell that started it, could not be asked.
    private static boolean isJava(long pid) {
        Optional<String> maps = ProcFiles.text(Long.toString(pid), "maps");
        return maps.map(text -> text.contains("/libjvm.so")).orElseGet(() -> ProcessHandle.of(pid)
                .flatMap(handle -> handle.info().command()).filter(command -> command.endsWith(File.separator + "java"))
                .isPresent());
    }
}

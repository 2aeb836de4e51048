package dev.polyserve.comparison.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The ratios that `comparison/paired` computes from results of `polyserve bench`.
@Timeout(60)
class PairedRatiosTest {
    private static final Path COMMAND = Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolve("paired");

    @TempDir
    private Path directory;

    private record Outcome(int status, String output, String errors) {}

    private Outcome paired(Path... results) throws Exception {
        List<String> command = new ArrayList<>(List.of(COMMAND.toString(), "epoll", "io_uring", "--results"));
        for (Path file : results) {
            command.add(file.toString());
        }
        Path output = directory.resolve("output");
        Path errors = directory.resolve("errors");
        Process process = new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile())
                .start();
        assertThat(process.waitFor(50, TimeUnit.SECONDS)).as("has ended").isTrue();
        return new Outcome(process.exitValue(), Files.readString(output), Files.readString(errors));
    }

    /// A file of results as bench writes them, with what the command reads.
    private Path results(String name, double[] epoll, double[] ring) throws IOException {
        String text = """
                {"comparisons": [
                 {"load": "CLOSED", "requestsPerSecond": 0, "shareOfWeakest": 0, "entries": [%s, %s]},
                 {"load": "OPEN", "requestsPerSecond": 2000, "shareOfWeakest": 0.5, "entries": [%s, %s]}]}
                """.formatted(entry("epoll", epoll), entry("io_uring", ring), entry("epoll", 8, 9),
                entry("io_uring", 4, 4.5));
        return Files.writeString(directory.resolve(name), text, StandardCharsets.UTF_8);
    }

    private static String entry(String contender, double... micros) {
        return "{\"contender\": \"%s\", \"failure\": null, \"rounds\": [%s]}".formatted(contender, rounds(micros));
    }

    private static String rounds(double[] micros) {
        return DoubleStream.of(micros)
                .mapToObj(each -> String.format(Locale.ROOT, "{\"metrics\": {\"CPU_MICROS_PER_REQUEST\": %f}}", each))
                .collect(Collectors.joining(", "));
    }

    @Test
    void theRatioIsTheGeometricMeanOfAllRoundsOfAllFiles() throws Exception {
        Outcome outcome = paired(results("first", new double[]{4, 8}, new double[]{2, 16}),
                results("second", new double[]{4, 8}, new double[]{2, 16}));
        assertThat(outcome.status()).as(outcome.errors()).isZero();
        // The logarithms of 1/2, 2, 1/2, 2 deviate by 0.8004; half the interval is 3.182 × 0.8004 / 2.
        assertThat(outcome.output()).contains("as fast as it goes", "1.000 × epoll (95 %: 0.280 to 3.573), 4 pairs",
                "50 % of what the weakest can", "0.500 × epoll (95 %: 0.500 to 0.500), 4 pairs");
    }

    @Test
    void anEqualRatioInEachRoundHasAnIntervalOfItself() throws Exception {
        Outcome outcome = paired(results("first", new double[]{4, 8, 5}, new double[]{5, 10, 6.25}));
        assertThat(outcome.output()).contains("io_uring", "median 6.250",
                "1.250 × epoll (95 %: 1.250 to 1.250), 3 pairs");
    }

    @Test
    void aFileWithoutTheContenderIsRefused() throws Exception {
        Path file = directory.resolve("other");
        Files.writeString(file, "{\"comparisons\": [{\"load\": \"CLOSED\", \"entries\": [" + entry("nio", 1) + "]}]}");
        Outcome outcome = paired(file);
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.errors()).contains("other has no contender epoll, but nio");
    }
}

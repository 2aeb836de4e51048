package dev.polyserve.comparison.page;

import dev.polyserve.bench.report.BenchResultsJson;
import dev.polyserve.bench.result.BenchResults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The output of one run of `comparison/run`: results as JSON (`*.json`), the peers as `comparison/peer --list` printed
/// them (`peers.tsv`), and the versions of their software (`versions.tsv`).
///
/// @param results in the order of the file names
/// @param peers by name
/// @param versions by name
record ComparisonRunDirectory(List<BenchResults> results, Map<String, Peer> peers, Map<String, String> versions) {
    private static final String READY = "ready";

    /// A peer in the list.
    ///
    /// @param status `ready`, or what is missing
    /// @param description a short description
    record Peer(String status, String description) {
        boolean ready() {
            return status.equals(READY);
        }
    }

    static ComparisonRunDirectory read(Path directory) throws InvalidInputFileException {
        var results = new ArrayList<BenchResults>();
        for (Path file : resultFiles(directory)) {
            results.add(results(file));
        }
        var peers = new LinkedHashMap<String, Peer>();
        for (String[] fields : fields(directory.resolve("peers.tsv"), 3)) {
            peers.put(fields[0], new Peer(fields[1], fields[2]));
        }
        var versions = new LinkedHashMap<String, String>();
        for (String[] fields : fields(directory.resolve("versions.tsv"), 2)) {
            versions.put(fields[0], fields[1]);
        }
        return new ComparisonRunDirectory(results, peers, versions);
    }

    private static List<Path> resultFiles(Path directory) throws InvalidInputFileException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> found = files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
            if (!found.isEmpty()) {
                return found;
            }
        } catch (IOException e) {
            throw new InvalidInputFileException("the directory " + directory + " cannot be read: " + e.getMessage());
        }
        throw new InvalidInputFileException(
                "there are no results (*.json) in " + directory + ": create them with comparison/run");
    }

    private static BenchResults results(Path file) throws InvalidInputFileException {
        try {
            return BenchResultsJson.read(file);
        } catch (IOException e) {
            throw new InvalidInputFileException(String.valueOf(e.getMessage()));
        }
    }

    private static List<String[]> fields(Path file, int count) throws InvalidInputFileException {
        List<String[]> lines;
        try (Stream<String> read = Files.lines(file)) {
            lines = read.map(line -> line.split("\t")).toList();
        } catch (IOException | UncheckedIOException e) {
            throw new InvalidInputFileException(file + " cannot be read: comparison/run makes it");
        }
        if (lines.stream().anyMatch(line -> line.length != count)) {
            throw new InvalidInputFileException(
                    file + " has a line that is not " + count + " fields with tabs between them");
        }
        return lines;
    }
}

package dev.polyserve.tls;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Certificates and keys made by the program `openssl` in one directory.
///
/// @param directory where the files are
record OpenSsl(Path directory) {
    private static final int TIMEOUT_SECONDS = 60;

    /// Skips the test on a machine without the program.
    static OpenSsl in(Path directory) {
        assumeTrue(Stream.of(System.getenv("PATH").split(":")).anyMatch(
                place -> Files.isExecutable(Path.of(place, "openssl"))), "needs the program openssl");
        return new OpenSsl(directory);
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    /// Runs the program in the directory; the arguments are separated by spaces.
    void run(String arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments.split(" ")));
        Path output = Files.createTempFile(directory, "openssl", ".log");
        Process process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
                .redirectOutput(output.toFile()).start();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("openssl " + arguments + ": " + Files.readString(output, StandardCharsets.UTF_8));
        }
    }

    /// A self-signed certificate NAME.crt with an EC key NAME.key for these DNS names.
    void certificate(String name, String... dnsNames) throws IOException, InterruptedException {
        run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=" + dnsNames[0]
                + " -addext "
                + "subjectAltName=" + String.join(",", Stream.of(dnsNames).map(dns -> "DNS:" + dns).toList())
                + " -keyout " + name + ".key -out " + name + ".crt");
    }
}

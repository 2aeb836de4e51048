package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.cli.PackagedProgram;
import dev.polyserve.coroutine.carrier.Carrier;
import dev.polyserve.linux.LinuxModelProvider;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Outgoing connections in a network of their own: addresses that are silent, unreachable or unknown.
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class OutgoingNetworkTest {
    private static final List<String> MODELS = List.of("virtual", "nio", "epoll", "io_uring");
    /// The other end of the pair of devices has no address, and without ARP there is no error either: the network behind it is silent.
    private static final String NETWORK = "ip link set lo up && ip link add v0 type veth peer name v1"
            + " && ip link set v0 arp off && ip link set v0 up && ip link set v1 up && ip addr add 192.0.2.1/24 dev v0"
            + " && ip route add unreachable 198.51.100.0/24";
    private static final String FEW_PORTS = "echo 40000 40015 > /proc/sys/net/ipv4/ip_local_port_range";
    private static final String PROGRAM = "exec \"$@\"";
    private static final Duration AT_MOST = Duration.ofSeconds(90);

    @TempDir
    private Path directory;

    private static int run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        assertThat(process.waitFor(AT_MOST.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static List<String> inNetwork(String command, List<String> arguments) {
        List<String> whole = new ArrayList<>(
                List.of("unshare", "--net", "--", "sh", "-c", NETWORK + " && " + command, "sh"));
        whole.addAll(arguments);
        return whole;
    }

    /// What the program says, for each model and endpoint.
    private String said(String command, List<String> models, List<String> endpoints) throws Exception {
        Path hosts = Files.writeString(directory.resolve("hosts"), "192.0.2.9 two.test\n127.0.0.1 two.test\n");
        List<String> java = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea", "-XX:+UseSerialGC", "-Djdk.net.hosts.file=" + hosts,
                "--enable-native-access=ALL-UNNAMED", "--add-opens", "java.base/java.lang=ALL-UNNAMED", "-cp",
                Stream.of(Server.class, Carrier.class, LinuxModelProvider.class, OutgoingProgram.class)
                        .map(Settings::origin).collect(Collectors.joining(File.pathSeparator)),
                OutgoingProgram.class.getName()));
        java.addAll(1, PackagedProgram.shortLived());
        java.addAll(models);
        java.add("--");
        java.addAll(endpoints);
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(inNetwork(command, java)).redirectErrorStream(true)
                .redirectOutput(output.toFile()).start();
        try {
            assertThat(process.waitFor(AT_MOST.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    @Test
    void anAttemptEndsInTimeAndSaysWhy() throws Exception {
        Requirements.program("unshare");
        Requirements.program("ip");
        assumeTrue(run(inNetwork("true", List.of())) == 0, "needs the permission to create a network namespace");
        List<String> models = MODELS.stream().filter(OutgoingNetworkTest::canRun).toList();
        String said = said(PROGRAM, models,
                List.of("tcp://192.0.2.9:80", "tcp://198.51.100.9:80", "tcp://203.0.113.9:80",
                        "tcp://none.test:80", "tcp://two.test:PORT"));
        for (String model : models) {
            assertThat(said)
                    .contains(model + " tcp://192.0.2.9:80 cannot connect to tcp://192.0.2.9:80: no answer within ")
                    .contains(model + " tcp://198.51.100.9:80 cannot connect to tcp://198.51.100.9:80: ")
                    .contains(model + " tcp://203.0.113.9:80 cannot connect to tcp://203.0.113.9:80: ")
                    .contains(model
                            + " tcp://none.test:80 cannot connect to tcp://none.test:80: unknown host none.test; ")
                    .contains(model + " tcp://two.test:PORT connected to ");
        }
        assertThat(said).doesNotContain("two.test:PORT cannot").doesNotContain("198.51.100.9:80: no answer")
                .doesNotContain("203.0.113.9:80: no answer");
    }

    @Test
    void whenNoLocalPortIsFreeThatIsTheReason() throws Exception {
        Requirements.program("unshare");
        Requirements.program("ip");
        assumeTrue(run(inNetwork(FEW_PORTS, List.of())) == 0, "needs the permission to create a network namespace");
        List<String> models = MODELS.stream().filter(OutgoingNetworkTest::canRun).toList();
        String said = said(FEW_PORTS + " && " + PROGRAM, models, List.of("all+tcp://127.0.0.1:PORT"));
        for (String model : models) {
            assertThat(said).contains(model + " all+tcp://127.0.0.1:PORT cannot connect to tcp://127.0.0.1:PORT:"
                    + " no local port is free; ");
        }
    }

    private static boolean canRun(String model) {
        return Server.whyNot(Model.named(model)).isEmpty();
    }
}

package dev.polyserve.linux.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.InetdCommand;
import dev.polyserve.Server;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The surroundings of a program when it starts: descriptors, signals, environment.
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class CommandSurroundingsTest {
    @TempDir
    private Path directory;

    private static Map<String, String> parse(String environment) {
        Map<String, String> all = new TreeMap<>();
        Arrays.stream(environment.split("\0")).filter(pair -> !pair.isEmpty())
                .forEach(pair -> all.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1)));
        return all;
    }

    @Test
    void onlyTheConnectionAndStandardErrorAreOpen() throws Exception {
        String script = "for n in 0 1 2; do readlink /proc/self/fd/$n; done; ls /proc/$$/fd; true";
        try (CommandServer serves = CommandServer.shell(script)) {
            List<String> lines = serves.talk("").lines().toList();
            assertThat(lines.get(0)).startsWith("socket:").isEqualTo(lines.get(1));
            assertThat(lines.get(2)).isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString());
            assertThat(lines.subList(3, lines.size())).containsExactly("0", "1", "2");
        }
    }

    @Test
    void signalsAreAsAProgramExpects() throws Exception {
        InetdCommand grep = InetdCommand.of("grep", "^Sig", "/proc/self/status");
        try (CommandServer serves = CommandServer.command(grep, builder -> builder)) {
            assertThat(serves.talk("")).containsPattern("SigBlk:\\s0{16}\n").containsPattern("SigIgn:\\s0{16}\n");
        }
        try (CommandServer serves = CommandServer.shell("kill -PIPE $$; echo ignored")) {
            assertThat(serves.talk("")).isEmpty();
            assertThat(serves.awaitClosed().exit().text()).isEqualTo("killed by SIGPIPE");
        }
    }

    @Test
    void callsOnTheConnectionWait() throws Exception {
        // dd does not retry: on a non-blocking connection its first read would fail.
        try (CommandServer serves = CommandServer.shell("echo ready; exec dd bs=5 count=1 status=none");
                Socket socket = serves.connect()) {
            assertThat(CommandServer.readLine(socket)).isEqualTo("ready");
            socket.getOutputStream().write("12345".getBytes(StandardCharsets.UTF_8));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("12345");
        }
    }

    @Test
    void theEnvironmentIsCleanAndTellsOfTheConnection() throws Exception {
        InetdCommand env = InetdCommand.of("env", "-0").withEnvironment(Map.of("PATH", "/usr/bin:/bin", "OWN", "yes",
                "TCPREMOTEHOST", "stale", "REMOTE_PORT", "stale"));
        try (CommandServer serves = CommandServer.command(env, builder -> builder); Socket socket = serves.connect()) {
            String told = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String port = Integer.toString(socket.getLocalPort());
            assertThat(parse(told)).containsExactlyInAnyOrderEntriesOf(Map.of("PATH", "/usr/bin:/bin", "OWN", "yes",
                    "PROTO", "TCP", "TCPREMOTEIP", "127.0.0.1", "TCPREMOTEPORT", port, "TCPLOCALIP", "127.0.0.1",
                    "TCPLOCALPORT", Integer.toString(serves.server.port()), "REMOTE_ADDR", "127.0.0.1", "REMOTE_PORT",
                    port));
        }
    }

    @Test
    void aUnixClientIsToldByItsUserAndNameIfItHasOne() throws Exception {
        Path path = directory.resolve("s");
        Path name = directory.resolve("client");
        InetdCommand env = InetdCommand.of("env", "-0").withEnvironment(Map.of());
        try (Server _ = Server.at("unix:" + path).command(env).start()) {
            String uid = Files.getAttribute(directory, "unix:uid").toString();
            String gid = Files.getAttribute(directory, "unix:gid").toString();
            try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
                assertThat(parse(all(client))).containsExactlyInAnyOrderEntriesOf(
                        Map.of("PROTO", "IPC", "IPCREMOTEEUID", uid, "IPCREMOTEEGID", gid));
            }
            try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                client.bind(UnixDomainSocketAddress.of(name));
                boolean _ = client.connect(UnixDomainSocketAddress.of(path));
                assertThat(parse(all(client))).containsExactlyInAnyOrderEntriesOf(
                        Map.of("PROTO", "IPC", "IPCREMOTEEUID", uid, "IPCREMOTEEGID", gid, "IPCREMOTEPATH",
                                name.toString(), "REMOTE_ADDR", name.toString()));
            }
        }
    }

    private static String all(SocketChannel client) throws Exception {
        return new String(Channels.newInputStream(client).readAllBytes(), StandardCharsets.UTF_8);
    }
}

package dev.polyserve;

import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Builds the environment of a command.
///
/// UCSPI: <https://cr.yp.to/proto/ucspi.txt>; REMOTE_ADDR and REMOTE_PORT as systemd sets them.
final class InetdEnvironment {
    private static final Set<String> KEPT = Set.of("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG");
    private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

    private InetdEnvironment() {}

    static Map<String, String> clean(Map<String, String> ours) {
        Map<String, String> kept = new HashMap<>(ours);
        kept.keySet().removeIf(name -> !KEPT.contains(name) && !name.startsWith("LC_"));
        kept.putIfAbsent("PATH", DEFAULT_PATH);
        return kept;
    }

    static Map<String, String> of(Map<String, String> base, ConnectionInfo connection) {
        Map<String, String> all = new HashMap<>(base);
        all.keySet().removeIf(InetdEnvironment::tellsOfAConnection);
        switch (connection.peer()) {
            case InetSocketAddress peer -> {
                all.put("PROTO", "TCP");
                putPeer(all, peer);
                if (connection.local() instanceof InetSocketAddress local) {
                    all.put("TCPLOCALIP", AddressText.of(local.getAddress()));
                    all.put("TCPLOCALPORT", Integer.toString(local.getPort()));
                }
            }
            case UnixDomainSocketAddress peer -> {
                all.put("PROTO", "IPC");
                String path = peer.getPath().toString();
                if (!path.isEmpty()) {
                    all.put("IPCREMOTEPATH", path);
                    all.put("REMOTE_ADDR", path);
                }
                credentials(connection).ifPresent(client -> {
                    all.put("IPCREMOTEEUID", Long.toString(client.uid()));
                    all.put("IPCREMOTEEGID", Long.toString(client.gid()));
                });
            }
            default -> all.put("PROTO", "IPC");
        }
        return all;
    }

    private static void putPeer(Map<String, String> all, InetSocketAddress peer) {
        // A client that has already reset its connection has no address.
        if (peer.getPort() != 0) {
            all.put("TCPREMOTEIP", AddressText.of(peer.getAddress()));
            all.put("TCPREMOTEPORT", Integer.toString(peer.getPort()));
            all.put("REMOTE_ADDR", AddressText.of(peer.getAddress()));
            all.put("REMOTE_PORT", Integer.toString(peer.getPort()));
        }
    }

    private static boolean tellsOfAConnection(String name) {
        return name.equals("PROTO") || name.startsWith("TCPREMOTE") || name.startsWith("TCPLOCAL")
                || name.startsWith("IPCREMOTE") || name.startsWith("IPCLOCAL") || name.startsWith("REMOTE_");
    }

    private static Optional<ConnectionInfo.Credentials> credentials(ConnectionInfo connection) {
        try {
            return connection.peerCredentials();
        } catch (UnsupportedOperationException e) {
            // The model's sockets do not report credentials.
            return Optional.empty();
        }
    }
}

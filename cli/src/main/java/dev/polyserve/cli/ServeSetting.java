package dev.polyserve.cli;

import java.util.Arrays;
import java.util.Optional;

/// The settings of `serve`, shared by the command line and the configuration file.
enum ServeSetting {
    /// The endpoints to listen on.
    LISTEN("listen", "ENDPOINT", Shape.LIST,
            "Endpoint to listen on: tcp://host:port, udp://host:port, unix:/path; on Linux, except with nio, also unix:@name,"
                    + " unixgram:/path, unixgram:@name and inherited sockets, fd:N or fd:NAME; ?proxy=CIDR[,...] or ?proxy=any behind it: as"
                    + " --proxy-protocol, for this endpoint; may be repeated (default: the sockets from a service manager, else"
                    + " tcp://127.0.0.1:8888)."),
    /// The concurrency model.
    MODEL("model", "MODEL", Shape.TEXT,
            "Concurrency model; 'polyserve models' lists them (default: auto)."),
    /// The number of event loops.
    LOOPS("loops", "N", Shape.NUMBER, "Number of event loops, for the models that have them."),
    /// The number of threads or worker processes.
    WORKERS("workers", "MIN[..MAX]", Shape.TEXT,
            "Number of worker processes, or of threads of a thread-pool (a single number; default: thread-pool four per"
                    + " processor, process at most 40, process-pool one per processor)."),
    /// The model inside a worker process.
    INNER("inner", "MODEL", Shape.TEXT, "Model inside a process-pool worker (default: auto)."),
    /// The number of idle workers.
    SPARE("spare", "MIN[..MAX]", Shape.TEXT,
            "Number of idle worker processes, within the limits of --workers (default: 1..4)."),
    /// The end of a worker after a number of connections.
    RECYCLE_CONNECTIONS("recycle-connections", "N", Shape.NUMBER,
            "Replaces a process-pool worker after about N connections; 0: never (default: 0)."),
    /// The end of a worker at an age.
    RECYCLE_AGE("recycle-age", "DURATION", Shape.TEXT,
            "Replaces a worker process at about this age; 0: never (default: 0)."),
    /// The boot time-out of a worker.
    WORKER_BOOT("worker-boot", "DURATION", Shape.TEXT,
            "Time a worker process may take until it is ready (default: 30s)."),
    /// The replacement of a stuck worker.
    WORKER_SILENCE("worker-silence", "DURATION", Shape.TEXT,
            "Replaces a worker process after its accept loop was stuck for this long, with a thread dump in the log"
                    + " (default: 30s)."),
    /// The maximum number of connections.
    MAX_CONNECTIONS("max-connections", "N", Shape.NUMBER, true, "Maximum number of connections (default: 20000)."),
    /// The maximum number of connections from one address.
    MAX_PER_IP("max-per-ip", "N", Shape.NUMBER, true,
            "Maximum number of connections from one address, or IPv6 /64 network; more for clients behind one address, as with a"
                    + " load balancer that sends no PROXY header; 0: no limit (default: 5000)."),
    /// The maximum number of connections that wait for a thread.
    QUEUE("queue", "N", Shape.NUMBER,
            "Maximum number of connections that wait for a thread of a thread-pool (default: 1024)."),
    /// The reaction to a full server.
    ON_FULL("on-full", "wait|reject", Shape.TEXT, true,
            "What happens to a new client when the server is full (default: wait)."),
    /// The load balancers in front of the server.
    PROXY_PROTOCOL("proxy-protocol", "CIDR[,...]", Shape.TEXT, true,
            "Requires a PROXY header at the beginning of each connection, from load balancers in these networks, and refuses"
                    + " other peers; the client's address is that in the header (default: no header)."),
    /// The versions of the header.
    PROXY_PROTOCOL_VERSION("proxy-protocol-version", "1|2|any", Shape.TEXT, true,
            "Versions of the PROXY header that are accepted (default: any)."),
    /// The wait for the header.
    PROXY_PROTOCOL_TIMEOUT("proxy-protocol-timeout", "DURATION", Shape.TEXT, true,
            "Time in which the PROXY header must be whole (default: 3s)."),
    /// The networks of clients.
    ALLOW("allow", "CIDR", Shape.LIST, true,
            "Accepts clients from this network only; may be repeated, and the most specific network of --allow and --deny"
                    + " decides (default: all)."),
    /// The networks of no clients.
    DENY("deny", "CIDR", Shape.LIST, true,
            "Refuses clients from this network; may be repeated (default: none)."),
    /// The rate of new connections.
    ACCEPT_RATE("accept-rate", "N/s", Shape.TEXT, true,
            "Accepts at most N connections a second; more wait in the kernel's queue; shared out equally among the workers"
                    + " of process-pool; 0: no limit (default: 0)."),
    /// The least rate of input.
    MIN_RATE("min-rate", "SIZE/s", Shape.TEXT, true,
            "Ends a connection whose client sends less than this, over ten seconds in which the rest of a line or message is"
                    + " awaited, as in 100/s; a connection without a begun message is idle, not slow; 0: no limit (default: 0)."),
    /// The refusal of addresses that break limits.
    BAN("ban", "DURATION:N/DURATION", Shape.TEXT, true,
            "Refuses an address (IPv6: a /64 network) for a while after its connections broke limits or failed in the TLS"
                    + " handshake N times within the second duration, as in 10m:20/1m (default: never)."),
    /// The idle time-out of a connection.
    IDLE_TIMEOUT("idle-timeout", "DURATION", Shape.TEXT, true,
            "Ends a connection that waits for input, and has sent and received no byte for this long; 0: never (default:"
                    + " 5m). A write that waits ends when the client takes nothing for 30s, whatever this is."),
    /// The drain time-out.
    DRAIN_TIMEOUT("drain-timeout", "DURATION", Shape.TEXT, true,
            "Time connections may take to finish after TERM or INT (default: 30s)."),
    /// The idle time-out of the server.
    EXIT_IDLE("exit-idle", "DURATION", Shape.TEXT,
            "Ends the server when it has had no connection and no datagram for this long; a service manager with socket"
                    + " activation starts it again (default: never)."),
    /// The user of the process.
    USER("user", "NAME[:GROUP]", Shape.TEXT,
            "Changes to this user once the server listens, permanently and in every thread; for servers started as root"
                    + " (default: the user who starts it)."),
    /// The permissions of Unix sockets.
    UNIX_MODE("unix-mode", "MODE", Shape.TEXT,
            "Mode of the files of bound Unix sockets, which decides which users may connect, as in 0660 (default: from the"
                    + " umask)."),
    /// The file for the process id.
    PID_FILE("pid-file", "FILE", Shape.TEXT,
            "Writes the process id to this file when the server is ready; does not start while another server holds the file"
                    + " (default: none)."),
    /// The control socket.
    CONTROL("control", "PATH", Shape.TEXT,
            "Opens a Unix socket for its own user, over which 'polyserve status', 'workers', 'bans', 'drain' and 'restart'"
                    + " control the server (default: none)."),
    /// The admin endpoint.
    ADMIN("admin", "ENDPOINT", Shape.TEXT,
            "Opens an HTTP endpoint with metrics, health, status and a live page: tcp://host:port, or unix:/path for its own"
                    + " user (default: none)."),
    /// The token of the admin endpoint.
    ADMIN_TOKEN_FILE("admin-token-file", "FILE", Shape.TEXT,
            "File whose first line is the token that actions of --admin take; beyond loopback, everything takes it (default:"
                    + " no actions)."),
    /// The time-out of a restart.
    RESTART_TIMEOUT("restart-timeout", "DURATION", Shape.TEXT,
            "Time a new program may take to be ready after USR2 or 'polyserve restart', before it is ended (default:"
                    + " 30s)."),
    /// The busy polling of event loops.
    SPIN("spin", "DURATION", Shape.TEXT,
            "How long an idle event loop polls before it waits, as in 50us: lower latency at the cost of processor time;"
                    + " use fewer loops than processors (default: 0s)."),
    /// The hand-off of event loops.
    HAND_OFF("hand-off", "DURATION", Shape.TEXT,
            "How long a handler may occupy its event loop's thread before another thread goes on with the loop; 0s: for ever"
                    + " (default: 2ms)."),
    /// The accept backlog of the kernel.
    BACKLOG("backlog", "N", Shape.NUMBER,
            "Maximum number of connections that the kernel queues for accept (default: 4096)."),
    /// The probing of silent peers.
    KEEP_ALIVE("keep-alive", "IDLE[,INTERVAL,COUNT]", Shape.TEXT,
            "Probes a TCP connection that is silent for IDLE, at most COUNT times, INTERVAL apart, as in 60s,10s,6 (default:"
                    + " no probes; INTERVAL 75s, COUNT 9)."),
    /// The time-out of unacknowledged data.
    USER_TIMEOUT("user-timeout", "DURATION", Shape.TEXT,
            "Ends a TCP connection when its data is not acknowledged for this long; with epoll and its like only (default: the"
                    + " kernel's, about 15 minutes)."),
    /// The deferred acceptance of silent clients.
    DEFER_ACCEPT("defer-accept", "DURATION", Shape.TEXT,
            "Accepts a TCP connection only when data has arrived, or after this time; with epoll and its like only (default:"
                    + " 0s)."),
    /// The kernel's receive buffer.
    RECEIVE_BUFFER("receive-buffer", "SIZE", Shape.TEXT,
            "Size of the kernel's receive buffer of a TCP connection or UDP port (default: the kernel's)."),
    /// The kernel's send buffer.
    SEND_BUFFER("send-buffer", "SIZE", Shape.TEXT,
            "Size of the kernel's send buffer (default: the kernel's)."),
    /// The maximum size of a frame.
    MAX_FRAME("max-frame", "SIZE", Shape.TEXT, true,
            "Maximum size of a line or message, as in 64KiB, 1MiB (default: 64KiB)."),
    /// The certificates of TLS endpoints.
    TLS_CERT("tls-cert", "FILE", Shape.LIST, true,
            "Certificate of the tls:// endpoints, a PEM file with the intermediate ones behind it, or a PKCS#12 file; read again"
                    + " when it changes; may be repeated, and clients choose by the server's name (SNI)."),
    /// Their private keys.
    TLS_KEY("tls-key", "FILE", Shape.LIST, true,
            "Private key of the --tls-cert in the same place, a PEM file; not for PKCS#12."),
    /// The password of encrypted keys.
    TLS_PASSWORD_FILE("tls-password-file", "FILE", Shape.TEXT, true,
            "File whose first line is the password of encrypted keys and PKCS#12 files."),
    /// A certificate for development.
    TLS_SELF_SIGNED("tls-self-signed", "", Shape.FLAG, true,
            "Makes a certificate at the start, for development: clients cannot check it."),
    /// The authorities of clients.
    TLS_CLIENT_CA("tls-client-ca", "FILE", Shape.TEXT, true,
            "Asks clients for a certificate, and trusts those that the authorities in this PEM file have signed."),
    /// Whether clients need a certificate.
    TLS_CLIENT("tls-client", "want|need", Shape.TEXT, true,
            "Whether a client without a certificate is served, with --tls-client-ca (default: need)."),
    /// The lowest version of TLS.
    TLS_MIN("tls-min", "1.2|1.3", Shape.TEXT, true, "Lowest version of TLS (default: 1.2)."),
    /// The application protocols.
    TLS_ALPN("tls-alpn", "NAME[,...]", Shape.TEXT, true,
            "Application protocols (ALPN), the preferred one first; a client that offers only others is refused (default:"
                    + " none)."),
    /// The time-out of a handshake.
    TLS_HANDSHAKE_TIMEOUT("tls-handshake-timeout", "DURATION", Shape.TEXT, true,
            "Time a client may take for the TLS handshake (default: 10s)."),
    /// The maximum number of handshakes.
    TLS_HANDSHAKES("tls-handshakes", "N", Shape.NUMBER, true,
            "Maximum number of TLS handshakes at the same time; more clients wait (default: 1000)."),
    /// The format of the log.
    LOG_FORMAT("log-format", "text|json", Shape.TEXT, true, "Format of log lines (default: text)."),
    /// The level of the log.
    QUIET("quiet", "", Shape.FLAG, true, "Logs only warnings and errors, no access lines."),
    /// The user's own class.
    HANDLER("handler", "CLASS", Shape.TEXT,
            "Serves with your own Handler, Protocol, MessageHandler (with its codec in a public static field CODEC) or"
                    + " DatagramHandler, a public class with a public no-argument constructor, instead of a service."),
    /// The class path of that class.
    CLASS_PATH("class-path", "PATH", Shape.TEXT,
            "Class path of --handler: directories and jars (default: .)."),
    /// The standard input and output of a program.
    STDIO("stdio", "socket|pipe", Shape.TEXT,
            "Standard input and output of exec's program: the connection itself, or pipes, which work with any model"
                    + " (default: socket on Linux, pipe elsewhere)."),
    /// The environment of a program.
    ENV("env", "NAME[=VALUE]", Shape.LIST,
            "Adds a variable to the otherwise clean environment of exec's program, with this value or the server's; '*'"
                    + " adds all variables of the server; may be repeated."),
    /// The upstreams of a proxy.
    UPSTREAM("upstream", "ENDPOINT", Shape.LIST, true,
            "Endpoint that proxy forwards to, in place of those behind its name: tcp://host:port, tls://host:port or unix:/path;"
                    + " may be repeated."),
    /// The distribution of its clients.
    BALANCE("balance", "round-robin|least-connections|hash", Shape.TEXT, true,
            "How proxy distributes its clients over the upstreams; hash: by the client's address (default: round-robin)."),
    /// The time-out of a connect.
    CONNECT_TIMEOUT("connect-timeout", "DURATION", Shape.TEXT, true,
            "Time a connect of proxy to an upstream may take, with the look-up of its name (default: 10s)."),
    /// The further attempts of a connect.
    RETRIES("retries", "N", Shape.NUMBER, true,
            "On how many more upstreams proxy tries a connect that has failed (default: 2)."),
    /// The checks of upstreams.
    HEALTH_INTERVAL("health-interval", "DURATION", Shape.TEXT, true,
            "Connects to each upstream this often to see whether it is up; 0: only clients' connects show it (default: 0)."),
    /// The failures of an upstream that is down.
    HEALTH_FALL("health-fall", "N", Shape.NUMBER, true,
            "An upstream is down after N failed connects in a row, of clients or checks (default: 3)."),
    /// The successes of an upstream that is up again.
    HEALTH_RISE("health-rise", "N", Shape.NUMBER, true,
            "An upstream that is down is up again after N successful checks in a row (default: 2)."),
    /// The growing share of an upstream.
    SLOW_START("slow-start", "DURATION", Shape.TEXT, true,
            "Time in which the share of an upstream that is up again grows from a tenth to all of it (default: 0)."),
    /// The PROXY header for the upstream.
    SEND_PROXY("send-proxy", "v1|v2", Shape.TEXT, true,
            "Begins each connection of proxy to an upstream with a PROXY header of this version, which names the client"
                    + " (default: no header)."),
    /// The authorities of upstreams.
    UPSTREAM_CA("upstream-ca", "FILE", Shape.TEXT, true,
            "Trusts tls:// upstreams whose certificates the authorities in this PEM file have signed (default: the JDK's"
                    + " authorities)."),
    /// The unchecked certificates of upstreams.
    UPSTREAM_INSECURE("upstream-insecure", "", Shape.FLAG, true,
            "Accepts every certificate of tls:// upstreams, unchecked; for tests."),
    /// The upstreams for names.
    SNI_ROUTE("sni-route", "NAME=ENDPOINT", Shape.LIST, true,
            "Forwards TLS clients that ask for this name (SNI), or *.NAME, to another upstream, without decrypting; may be"
                    + " repeated, also with the same name."),
    /// The small services over UDP for any client.
    ALLOW_AMPLIFICATION("allow-amplification", "", Shape.FLAG,
            "Lets discard, chargen, daytime, time and qotd answer datagrams from other machines."),
    /// The rate limit of datagrams.
    DATAGRAM_RATE("datagram-rate", "N", Shape.NUMBER,
            "How many datagrams a second the small services answer to one source, a port for echo and upper, an address for the"
                    + " others; a hundred times as many at once; shared out equally among the workers of process-pool;"
                    + " 0: all (default: 100).");

    /// The kind of value.
    enum Shape {
        TEXT, NUMBER, LIST, FLAG
    }

    private final String key;
    private final String parameter;
    private final Shape shape;
    private final boolean whileRunning;
    private final String description;

    ServeSetting(String key, String parameter, Shape shape, String description) {
        this(key, parameter, shape, false, description);
    }

    ServeSetting(String key, String parameter, Shape shape, boolean whileRunning, String description) {
        this.key = key;
        this.parameter = parameter;
        this.shape = shape;
        this.whileRunning = whileRunning;
        this.description = description;
    }

    /// The setting with this key in a configuration file.
    static Optional<ServeSetting> of(String key) {
        return Arrays.stream(values()).filter(setting -> setting.key.equals(key)).findFirst();
    }

    /// The key in a configuration file.
    String key() {
        return key;
    }

    /// The option on the command line.
    String option() {
        return "--" + key;
    }

    /// The name of the value in the help.
    String parameter() {
        return parameter;
    }

    Shape shape() {
        return shape;
    }

    /// True when the setting can change while the server runs.
    boolean whileRunning() {
        return whileRunning;
    }

    String description() {
        return description;
    }
}

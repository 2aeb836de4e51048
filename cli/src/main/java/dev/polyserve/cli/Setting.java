package dev.polyserve.cli;

import java.util.Arrays;
import java.util.Optional;

/// What can be set about `serve`, once for the command line and the configuration file.
enum Setting {
    /// Where to listen.
    LISTEN("listen", "ENDPOINT", Shape.LIST,
            "Where to listen: tcp://host:port, udp://host:port, unix:/path, and on Linux, but with nio, unix:@name,"
                    + " unixgram:/path, unixgram:@name and inherited sockets, fd:N or fd:NAME; may be repeated (default: what a"
                    + " service manager has handed down, else tcp://127.0.0.1:8888)."),
    /// How handlers run at once.
    MODEL("model", "MODEL", Shape.TEXT,
            "How clients are served at once; 'polyserve models' shows them (default: virtual)."),
    /// Event loops.
    LOOPS("loops", "N", Shape.NUMBER, "How many event loops, for the models that have them."),
    /// Threads or processes.
    WORKERS("workers", "MIN[..MAX]", Shape.TEXT,
            "How many worker processes, or threads of a thread-pool (one number there; default: thread-pool four for each"
                    + " processor, process 40 at most, process-pool one for each processor)."),
    /// Inside a worker.
    INNER("inner", "MODEL", Shape.TEXT, "What runs inside a process-pool worker (default: virtual)."),
    /// Workers that wait for work.
    SPARE("spare", "MIN[..MAX]", Shape.TEXT,
            "How many worker processes without work there are, within the number of --workers (default: 1..4)."),
    /// The end of a worker after its work.
    RECYCLE_CONNECTIONS("recycle-connections", "N", Shape.NUMBER,
            "Replaces a process-pool worker after about N connections; 0: never (default: 0)."),
    /// The end of a worker after its time.
    RECYCLE_AGE("recycle-age", "DURATION", Shape.TEXT,
            "Replaces a worker process at about this age; 0: never (default: 0)."),
    /// The beginning of a worker.
    WORKER_BOOT("worker-boot", "DURATION", Shape.TEXT,
            "How long a worker process may take until it serves (default: 30s)."),
    /// A stuck worker.
    WORKER_SILENCE("worker-silence", "DURATION", Shape.TEXT,
            "Replaces a worker process whose accept loop is stuck for so long, after its threads were shown in the log"
                    + " (default: 30s)."),
    /// At once.
    MAX_CONNECTIONS("max-connections", "N", Shape.NUMBER, true, "Connections at once (default: 20000)."),
    /// At once from one address.
    MAX_PER_IP("max-per-ip", "N", Shape.NUMBER, true,
            "Connections at once from one address; 0: no limit (default: 0)."),
    /// Waiting for a thread.
    QUEUE("queue", "N", Shape.NUMBER, "Connections that wait for a thread of a thread-pool (default: 1024)."),
    /// What happens above the limit.
    ON_FULL("on-full", "wait|reject", Shape.TEXT, true,
            "What happens to a client when every place is taken (default: wait)."),
    /// Quiet connections.
    IDLE_TIMEOUT("idle-timeout", "DURATION", Shape.TEXT, true,
            "Ends a connection without a byte in either direction for so long; 0: never (default: 5m)."),
    /// At the end.
    DRAIN_TIMEOUT("drain-timeout", "DURATION", Shape.TEXT, true,
            "How long conversations may go on after TERM or INT (default: 30s)."),
    /// When nobody comes.
    EXIT_IDLE("exit-idle", "DURATION", Shape.TEXT,
            "Ends the server when it has had no connection and no datagram for so long; whoever started it for its socket"
                    + " starts it again (default: never)."),
    /// Whose rights it has.
    USER("user", "NAME[:GROUP]", Shape.TEXT,
            "Becomes this user once it listens, in every thread and for good; for servers that are started as root"
                    + " (default: the user that starts it)."),
    /// Who may connect to Unix sockets.
    UNIX_MODE("unix-mode", "MODE", Shape.TEXT,
            "Who may connect to the Unix sockets that are bound: the mode of their files, as in 0660 (default: as the umask"
                    + " says)."),
    /// Who it is.
    PID_FILE("pid-file", "FILE", Shape.TEXT,
            "Writes the process's number there when it is ready, and refuses to start while another server has the file"
                    + " (default: none)."),
    /// Asked and told from outside.
    CONTROL("control", "PATH", Shape.TEXT,
            "Opens a Unix socket there, for its own user, at which 'polyserve status', 'workers', 'drain' and 'restart' reach"
                    + " the server (default: none)."),
    /// A new program in its place.
    RESTART_TIMEOUT("restart-timeout", "DURATION", Shape.TEXT,
            "How long a new program may take to serve, after USR2 or 'polyserve restart', before it is given up (default:"
                    + " 30s)."),
    /// Asking before waiting.
    SPIN("spin", "DURATION", Shape.TEXT,
            "How long an idle event loop asks again and again before it waits, as in 50us: sooner answers for a busy processor;"
                    + " not with as many loops as processors (default: 0s)."),
    /// Waiting in the kernel.
    BACKLOG("backlog", "N", Shape.NUMBER, "Connections that the kernel keeps until they are accepted (default: 4096)."),
    /// Silent peers.
    KEEP_ALIVE("keep-alive", "IDLE[,INTERVAL,COUNT]", Shape.TEXT,
            "Probes a TCP connection that is silent for IDLE, COUNT times at most, INTERVAL apart, as in 60s,10s,6 (default:"
                    + " no probes; INTERVAL 75s, COUNT 9)."),
    /// Peers that acknowledge nothing.
    USER_TIMEOUT("user-timeout", "DURATION", Shape.TEXT,
            "Loses a TCP connection that acknowledges nothing for so long; with epoll and its like only (default: the"
                    + " system's own, some 15 minutes)."),
    /// Clients that say nothing.
    DEFER_ACCEPT("defer-accept", "DURATION", Shape.TEXT,
            "Leaves a TCP connection without a byte in the kernel, so long at most; with epoll and its like only (default:"
                    + " 0s)."),
    /// What the kernel receives.
    RECEIVE_BUFFER("receive-buffer", "SIZE", Shape.TEXT,
            "The kernel's buffer for what comes, of a TCP connection or UDP port (default: the system's own)."),
    /// What the kernel sends.
    SEND_BUFFER("send-buffer", "SIZE", Shape.TEXT,
            "The kernel's buffer for what goes (default: the system's own)."),
    /// The longest line.
    MAX_FRAME("max-frame", "SIZE", Shape.TEXT, true,
            "The longest line or message, as in 64KiB, 1MiB (default: 64KiB)."),
    /// How the log looks.
    LOG_FORMAT("log-format", "text|json", Shape.TEXT, true, "How log lines look (default: text)."),
    /// How much the log says.
    QUIET("quiet", "", Shape.FLAG, true, "Logs warnings and errors only, no access lines."),
    /// The user's own class.
    HANDLER("handler", "CLASS", Shape.TEXT,
            "Serves with your own Handler, Protocol or DatagramHandler (a public class with a public constructor without"
                    + " parameters) instead of a service."),
    /// Where that class is.
    CLASS_PATH("class-path", "PATH", Shape.TEXT,
            "Where --handler finds its classes: directories and jars (default: .)."),
    /// What a program's input and output are.
    STDIO("stdio", "socket|pipe", Shape.TEXT,
            "What the program of exec has as its input and output: the connection itself, or pipes, with any model"
                    + " (default: socket on Linux, pipe elsewhere)."),
    /// A program's environment.
    ENV("env", "NAME[=VALUE]", Shape.LIST,
            "Adds a variable to the environment of exec's program, which is otherwise clean: with a value, or ours; '*'"
                    + " adds all of ours; may be repeated."),
    /// The small services for everybody.
    ALLOW_AMPLIFICATION("allow-amplification", "", Shape.FLAG,
            "Lets discard, chargen, daytime, time and qotd answer datagrams from other machines."),
    /// Sources of datagrams.
    DATAGRAM_RATE("datagram-rate", "N", Shape.NUMBER,
            "How many datagrams a second the small services answer to one source, a port for echo and upper, an address for the"
                    + " others; a hundred times as many at once; shared out equally among the workers of process-pool;"
                    + " 0: all (default: 100).");

    /// What its value looks like.
    enum Shape {
        TEXT, NUMBER, LIST, FLAG
    }

    private final String key;
    private final String parameter;
    private final Shape shape;
    private final boolean whileRunning;
    private final String description;

    Setting(String key, String parameter, Shape shape, String description) {
        this(key, parameter, shape, false, description);
    }

    Setting(String key, String parameter, Shape shape, boolean whileRunning, String description) {
        this.key = key;
        this.parameter = parameter;
        this.shape = shape;
        this.whileRunning = whileRunning;
        this.description = description;
    }

    /// The setting of this name in a configuration file.
    static Optional<Setting> of(String key) {
        return Arrays.stream(values()).filter(setting -> setting.key.equals(key)).findFirst();
    }

    /// Its name in a configuration file.
    String key() {
        return key;
    }

    /// Its name on the command line.
    String option() {
        return "--" + key;
    }

    /// How its value is called in the help.
    String parameter() {
        return parameter;
    }

    Shape shape() {
        return shape;
    }

    /// Whether it can be changed while the server runs.
    boolean whileRunning() {
        return whileRunning;
    }

    String description() {
        return description;
    }
}

package dev.polyserve.linux.control;

import java.io.IOException;
import java.util.List;
import javax.net.ssl.SSLException;

/// An exception of a worker as text: its class need not be loaded in the supervisor, and nothing is deserialised.
///
/// @param text the result of its `toString`
/// @param message its message
/// @param stack its stack trace
/// @param ofTls whether it is a failure of TLS, which the peer causes
public record SerializedException(String text, String message, List<Frame> stack, boolean ofTls) {
    private static final int MOST_FRAMES = 100;
    /// Longer texts are cut, so that every failure fits into a message.
    private static final int MOST_CHARACTERS = 4096;

    /// One line of a stack trace.
    record Frame(String type, String method, String file, int line) {}

    /// An exception as text.
    public static SerializedException of(Throwable thrown) {
        return new SerializedException(cut(String.valueOf(thrown)), cut(String.valueOf(thrown.getMessage())),
                frames(List.of(thrown.getStackTrace())), thrown instanceof SSLException);
    }

    /// A stack trace without an exception.
    public static SerializedException of(List<StackTraceElement> stack) {
        return new SerializedException("", "", frames(stack), false);
    }

    private static String cut(String text) {
        return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "…";
    }

    private static List<Frame> frames(List<StackTraceElement> stack) {
        return stack.stream().limit(MOST_FRAMES).map(frame -> new Frame(frame.getClassName(), frame.getMethodName(),
                String.valueOf(frame.getFileName()), frame.getLineNumber())).toList();
    }

    /// The stack trace.
    public StackTraceElement[] elements() {
        return stack.stream().map(frame -> new StackTraceElement(frame.type, frame.method, frame.file, frame.line))
                .toArray(StackTraceElement[]::new);
    }

    /// The failure as an exception to throw or log in this process.
    public IOException asThrowable() {
        return ofTls ? new WorkerTlsException(this) : new WorkerThrownException(this);
    }
}

package dev.polyserve.cli.services;

import dev.polyserve.file.FileNameEncoding;
import dev.polyserve.Codec;
import dev.polyserve.DatagramHandler;
import dev.polyserve.Handler;
import dev.polyserve.MessageHandler;
import dev.polyserve.Protocol;
import dev.polyserve.ServerBuilder;
import java.io.File;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A class of the user with a public no-argument constructor: a [Handler], [Protocol], [MessageHandler] or [DatagramHandler].
///
/// Each connection gets its own instance; all datagrams share one. A [MessageHandler] has its codec in a field
/// `public static final Codec<T> CODEC`.
public final class UserHandler implements ServiceDefinition {
    private final Class<?> type;
    private final Constructor<?> constructor;
    private final Optional<Streams> streams;

    private UserHandler(Class<?> type, Constructor<?> constructor, Optional<Streams> streams) {
        this.type = type;
        this.constructor = constructor;
        this.streams = streams;
    }

    /// How the class serves a connection.
    private sealed interface Streams {
        record Sequential() implements Streams {}

        record Events() implements Streams {}

        record Messages(Codec<?> codec) implements Streams {}
    }

    /// Loads the class.
    ///
    /// @param classPath directories and jars, separated as in a Java class path
    /// @throws IllegalArgumentException with one sentence, when the class cannot be used
    public static UserHandler load(String className, String classPath) {
        Class<?> type = find(className, classPath);
        List<Class<?>> styles = Stream.of(Handler.class, Protocol.class, MessageHandler.class)
                .filter(style -> style.isAssignableFrom(type)).collect(Collectors.toUnmodifiableList());
        if (styles.isEmpty() && !DatagramHandler.class.isAssignableFrom(type)) {
            throw unusable(className, "it implements none of Handler, Protocol, MessageHandler and DatagramHandler",
                    null);
        }
        if (styles.size() > 1) {
            throw unusable(className, "it implements both " + styles.get(0).getSimpleName() + " and "
                    + styles.get(1).getSimpleName() + ", but a connection needs exactly one of them", null);
        }
        if (!Modifier.isPublic(type.getModifiers()) || Modifier.isAbstract(type.getModifiers())) {
            throw unusable(className, "it is not a public class that can be instantiated", null);
        }
        try {
            return new UserHandler(type, type.getConstructor(), streams(type));
        } catch (NoSuchMethodException e) {
            throw unusable(className, "it has no public no-argument constructor", e);
        }
    }

    private static Optional<Streams> streams(Class<?> type) {
        if (Handler.class.isAssignableFrom(type)) {
            return Optional.of(new Streams.Sequential());
        }
        if (Protocol.class.isAssignableFrom(type)) {
            return Optional.of(new Streams.Events());
        }
        return MessageHandler.class.isAssignableFrom(type)
                ? Optional.of(new Streams.Messages(UserHandlerCodec.of(type)))
                : Optional.empty();
    }

    @Override
    public String id() {
        return type.getName();
    }

    @Override
    public boolean servesStreams() {
        return streams.isPresent();
    }

    @Override
    public boolean servesDatagrams() {
        return DatagramHandler.class.isAssignableFrom(type);
    }

    @Override
    public boolean amplifies() {
        return false;
    }

    @Override
    public boolean startsTls() {
        return streams.filter(Streams.Sequential.class::isInstance).isPresent();
    }

    @Override
    public boolean sendsFirst() {
        return false;
    }

    @Override
    public boolean needsOneProcess() {
        return false;
    }

    @Override
    public void into(ServerBuilder builder, ServiceContext context) {
        streams.ifPresent(style -> {
            switch (style) {
                case Streams.Sequential() -> builder.handler(() -> Handler.class.cast(instance()));
                case Streams.Events() -> builder.protocol(() -> Protocol.class.cast(instance()));
                case Streams.Messages(Codec<?> codec) -> messages(builder, codec);
            }
        });
        if (servesDatagrams()) {
            builder.datagrams(DatagramHandler.class.cast(instance()));
        }
    }

    /// The class declares that its handler takes the messages of its codec.
    @SuppressWarnings("unchecked")
    private <T> void messages(ServerBuilder builder, Codec<T> codec) {
        builder.messageHandler(codec, () -> (MessageHandler<T>) instance());
    }

    private Object instance() {
        try {
            return constructor.newInstance();
        } catch (InvocationTargetException e) {
            throw unusable(id(), "its constructor threw " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw unusable(id(), "it cannot be instantiated: " + e, e);
        }
    }

    private static Class<?> find(String className, String classPath) {
        // Never closed: the server uses its classes until the program ends.
        URLClassLoader loader = new URLClassLoader(urls(classPath), UserHandler.class.getClassLoader());
        try {
            return Class.forName(className, true, loader);
        } catch (ClassNotFoundException e) {
            throw unusable(className, "there is no such class on the class path " + classPath
                    + " (use the full name, as in com.example.MyHandler, and set --class-path to its location)", e);
        } catch (ExceptionInInitializerError e) {
            throw unusable(className, "its static initializer threw " + e.getCause(), e.getCause());
        } catch (LinkageError e) {
            throw unusable(className, "it cannot be loaded: " + e, e);
        }
    }

    private static URL[] urls(String classPath) {
        List<URL> urls = new ArrayList<>();
        for (String part : classPath.split(File.pathSeparator, -1)) {
            File location = new File(part.isEmpty() ? "." : part);
            if (!location.exists()) {
                throw new IllegalArgumentException("the class path has '" + part + "', which "
                        + FileNameEncoding.whyNotFound(location.toPath())
                                .orElse("is not an existing directory or jar"));
            }
            try {
                urls.add(location.toURI().toURL());
            } catch (MalformedURLException e) {
                throw new IllegalArgumentException("the class path has '" + part + "', which is not a path", e);
            }
        }
        return urls.toArray(URL[]::new);
    }

    static IllegalArgumentException unusable(String className, String why,
            @Nullable Throwable cause) {
        return new IllegalArgumentException("the class " + className + " cannot serve: " + why, cause);
    }
}

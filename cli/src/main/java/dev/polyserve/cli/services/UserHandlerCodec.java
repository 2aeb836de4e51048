package dev.polyserve.cli.services;

import dev.polyserve.Codec;
import dev.polyserve.MessageHandler;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The codec of a user's [MessageHandler]: its field `public static final Codec<T> CODEC`.
final class UserHandlerCodec {
    private static final String NAME = "CODEC";

    private UserHandlerCodec() {}

    /// The codec of a class.
    ///
    /// @throws IllegalArgumentException with one sentence, when the class has none, or one of other messages than its
    ///         handler takes
    static Codec<?> of(Class<?> handler) {
        Field field = field(handler);
        Optional<Class<?>> decoded = argument(field.getGenericType(), Codec.class);
        Optional<Class<?>> taken = Arrays.stream(handler.getGenericInterfaces())
                .flatMap(each -> argument(each, MessageHandler.class).stream()).findFirst();
        if (decoded.isPresent() && taken.isPresent() && !decoded.equals(taken)) {
            throw unusable(handler, "its field " + NAME + " makes messages of the type "
                    + decoded.get().getSimpleName() + ", but it handles those of the type "
                    + taken.get().getSimpleName(), null);
        }
        return codec(handler, field);
    }

    private static Field field(Class<?> handler) {
        try {
            Field field = handler.getField(NAME);
            if (Modifier.isStatic(field.getModifiers()) && Codec.class.isAssignableFrom(field.getType())) {
                return field;
            }
            throw missing(handler, null);
        } catch (NoSuchFieldException e) {
            throw missing(handler, e);
        }
    }

    /// The type argument of a generic type, where it is a class; a variable or a wildcard is checked message by message.
    private static Optional<Class<?>> argument(Type type, Class<?> generic) {
        return type instanceof ParameterizedType parameterized && parameterized.getRawType() == generic
                && parameterized.getActualTypeArguments()[0] instanceof Class<?> argument
                        ? Optional.of(argument)
                        : Optional.empty();
    }

    private static Codec<?> codec(Class<?> handler, Field field) {
        try {
            if (field.get(null) instanceof Codec<?> codec) {
                return codec;
            }
            throw unusable(handler, "its field " + NAME + " is null", null);
        } catch (IllegalAccessException e) {
            throw unusable(handler, "its field " + NAME + " cannot be read: " + e, e);
        }
    }

    private static IllegalArgumentException missing(Class<?> handler, @Nullable Throwable cause) {
        return unusable(handler, "a MessageHandler<T> needs a field 'public static final Codec<T> " + NAME
                + "', which splits the input into messages, as Framing.lines() does", cause);
    }

    private static IllegalArgumentException unusable(Class<?> handler, String why, @Nullable Throwable cause) {
        return UserHandler.unusable(handler.getName(), why, cause);
    }
}

pub(crate) fn command<T>(_: &T) -> crate::failure::Result<()> {
    Ok(())
}

"""What the build side leaves behind when the machine lets it down."""

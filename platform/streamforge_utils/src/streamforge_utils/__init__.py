"""What every Python service of the platform shares: logs, metrics, health, a clean stop."""

__version__ = "0.1.0"
